using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class ValidationTests : IDisposable
{
    private const string NeedsValidation =
        "EarlyStopping and a DecisionThreshold other than Zero need validation pairs: set ValidationFraction above 0, or give Fit a validation set.";

    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Fit_Fraction_KeepsThatShareAside()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml, _encoder.Options with { ValidationFraction = 0.25f });

        Assert.AreEqual(48, model.Summary.TrainingPairs);
        Assert.AreEqual(16, model.Summary.ValidationPairs);
        Assert.HasCount(1, model.Summary.Validations);
    }

    [TestMethod]
    public void Fit_GroupColumnOfAnyType_KeepsGroupsWhole()
    {
        // 40 rows in 8 groups of 5: a quarter is 2 groups.
        AssertTwoGroups(Row.Data(_ml, 40, pair => pair.Label, pair => $"topic {pair.Id / 5}"));
        AssertTwoGroups(Row.Data(_ml, 40, pair => pair.Label, pair => pair.Id / 5));
        AssertTwoGroups(Row.Data(_ml, 40, pair => pair.Label, pair => pair.Id / 5 / 2.0));
        AssertTwoGroups(Row.Data(_ml, 40, pair => pair.Label, pair => (byte)(pair.Id / 5)));
        IDataView texts = Row.Data(_ml, 40, pair => pair.Label, pair => $"topic {pair.Id / 5}");
        AssertTwoGroups(_ml.Transforms.Conversion.MapValueToKey("Group").Fit(texts).Transform(texts));
    }

    [TestMethod]
    public void Fit_OneGroup_SaysWhatToDo()
    {
        IDataView data = Row.Data(_ml, 40, pair => pair.Label, _ => true);

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Grouped().Fit(data));

        StringAssert.StartsWith(
            exception.Message, "A validation fraction of 0.25 needs at least two groups of rows to split, but there is 1.", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Fit_GroupsTooLargeForTheFraction_Warns()
    {
        List<string> warnings = Warnings();

        Grouped().Fit(Row.Data(_ml, 40, pair => pair.Label, pair => pair.Id / 20));

        CollectionAssert.AreEqual(
            new[] { "20 of 40 rows are kept aside for validation, a share of 0.5, but ValidationFraction is 0.25. Whole groups of rows allow no closer share." },
            warnings);
    }

    [TestMethod]
    public void Fit_GroupsThatReachTheFraction_DoesNotWarn()
    {
        List<string> warnings = Warnings();

        Grouped().Fit(Row.Data(_ml, 40, pair => pair.Label, pair => pair.Id / 4));

        Assert.IsEmpty(warnings);
    }

    [TestMethod]
    public void Fit_ValidationSetWithoutGroupColumn_IsEnough()
    {
        TrainingSummary summary = Grouped().Fit(Row.Data(_ml, 40, pair => pair.Label, pair => pair.Id / 5), TinyPairs.Data(_ml, 10, seed: 2)).Summary;

        Assert.AreEqual(40, summary.TrainingPairs);
        Assert.AreEqual(10, summary.ValidationPairs);
    }

    [TestMethod]
    [DataRow(ValidationMetric.F1, DecisionThreshold.Zero)]
    [DataRow(ValidationMetric.MatthewsCorrelation, DecisionThreshold.Zero)]
    [DataRow(ValidationMetric.LogLoss, DecisionThreshold.MaximizeAccuracy)]
    public void Fit_ValidationOfOneClass_IsRefusedWhereBothAreNeeded(ValidationMetric metric, DecisionThreshold threshold)
    {
        LoraSentencePairOptions options = _encoder.Options with { EarlyStopping = new EarlyStopping { Metric = metric }, DecisionThreshold = threshold };

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => new LoraSentencePairTrainer(_ml, options).Fit(TinyPairs.Data(_ml, 64), OneClass()));

        Assert.AreEqual(
            "All 10 rows to validate on have 'Label' = true. EarlyStopping by F1 or MatthewsCorrelation and a DecisionThreshold other than Zero "
            + "need rows of both classes: give more validation rows, or another Seed for the split.",
            exception.Message);
    }

    [TestMethod]
    public void Fit_ValidationOfOneClass_WarnsWhereItCanBeUsed()
    {
        List<string> warnings = Warnings();
        LoraSentencePairOptions options = _encoder.Options with { EarlyStopping = new EarlyStopping() };

        new LoraSentencePairTrainer(_ml, options).Fit(TinyPairs.Data(_ml, 64), OneClass());

        CollectionAssert.AreEqual(
            new[] { "All 10 rows to validate on have 'Label' = true. F1 and the Matthews correlation say nothing about them." }, warnings);
    }

    [TestMethod]
    public void Fit_ValidationSet_IsUsedInsteadOfTheFraction()
    {
        var trainer = new LoraSentencePairTrainer(_ml, _encoder.Options with { ValidationFraction = 0.25f });

        LoraSentencePairTransformer model = trainer.Fit(TinyPairs.Data(_ml, 64), TinyPairs.Data(_ml, 10, seed: 2));

        Assert.AreEqual(64, model.Summary.TrainingPairs);
        Assert.AreEqual(10, model.Summary.ValidationPairs);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Fit_LastValidation_ReportsWhatEvaluateReports(bool symmetric)
    {
        const double SinglePrecision = 1e-5; // Training scores through the update, the model with the update merged in.
        IDataView validation = TinyPairs.Data(_ml, 60, seed: 2);
        var trainer = new LoraSentencePairTrainer(_ml, _encoder.Options with { Symmetric = symmetric });

        LoraSentencePairTransformer model = trainer.Fit(TinyPairs.Data(_ml, 64), validation);

        CalibratedBinaryClassificationMetrics metrics = _ml.BinaryClassification.Evaluate(model.Transform(validation));
        ValidationMetrics reported = model.Summary.Validations[^1].Metrics;
        Assert.AreEqual(metrics.LogLoss * Math.Log(2), reported.LogLoss, SinglePrecision);
        Assert.AreEqual(metrics.Accuracy, reported.Accuracy, SinglePrecision);
        Assert.AreEqual(metrics.F1Score, reported.F1, SinglePrecision);
        Assert.AreEqual(metrics.MatthewsCorrelation(), reported.MatthewsCorrelation, SinglePrecision);
    }

    [TestMethod]
    public void Fit_EarlyStopping_KeepsTheBestStep()
    {
        var trainer = new LoraSentencePairTrainer(
            _ml, _encoder.Options with { Epochs = 20, Rates = AdapterRates.Equal(0.1f), EarlyStopping = new EarlyStopping { Patience = 1 } });
        IDataView validation = TinyPairs.Data(_ml, 30, seed: 2);

        LoraSentencePairTransformer model = trainer.Fit(TinyPairs.Data(_ml, 32), validation);

        TrainingSummary summary = model.Summary;
        ValidationPoint best = summary.Validations.MinBy(point => point.Metrics.LogLoss)!;
        Assert.AreEqual(TrainingEnd.StoppedEarly, summary.End);
        Assert.IsLessThan(20 * 4, summary.Steps);
        Assert.AreEqual(best.Step, summary.KeptStep);
        Assert.AreEqual(
            best.Metrics.LogLoss, _ml.BinaryClassification.Evaluate(model.Transform(validation)).LogLoss * Math.Log(2), 1e-4 * best.Metrics.LogLoss);
    }

    [TestMethod]
    public void Fit_EarlyStoppingWithoutValidation_IsRefused()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => _encoder.Train(_ml, _encoder.Options with { EarlyStopping = new EarlyStopping() }));

        Assert.AreEqual(NeedsValidation, exception.Message);
    }

    [TestMethod]
    public void Fit_ThresholdWithoutValidation_IsRefused()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => _encoder.Train(_ml, _encoder.Options with { DecisionThreshold = DecisionThreshold.MaximizeF1 }));

        Assert.AreEqual(NeedsValidation, exception.Message);
    }

    [TestMethod]
    public void Fit_Threshold_MovesPredictedLabelOnly()
    {
        IDataView validation = TinyPairs.Data(_ml, 60, seed: 2);
        LoraSentencePairOptions hardlyTrained = _encoder.Options with { Rates = AdapterRates.Equal(1e-6f) };
        LoraSentencePairTransformer plain = new LoraSentencePairTrainer(_ml, hardlyTrained).Fit(TinyPairs.Data(_ml, 64), validation);

        LoraSentencePairTransformer moved = new LoraSentencePairTrainer(_ml, hardlyTrained with { DecisionThreshold = DecisionThreshold.MaximizeF1 })
            .Fit(TinyPairs.Data(_ml, 64), validation);

        Scored[] before = Scored.Of(_ml, plain, validation);
        Scored[] after = Scored.Of(_ml, moved, validation);
        Assert.AreEqual(0, plain.Threshold);
        Assert.AreNotEqual(0, moved.Threshold);
        CollectionAssert.AreEqual(before.Select(row => row.Score).ToArray(), after.Select(row => row.Score).ToArray());
        CollectionAssert.AreEqual(before.Select(row => row.Probability).ToArray(), after.Select(row => row.Probability).ToArray());
        Assert.IsTrue(after.All(row => row.PredictedLabel == row.Score > moved.Threshold));
        CollectionAssert.AreNotEqual(before.Select(row => row.PredictedLabel).ToArray(), after.Select(row => row.PredictedLabel).ToArray());
    }

    private LoraSentencePairTrainer Grouped() => new(_ml, _encoder.Options with { GroupColumnName = "Group", ValidationFraction = 0.25f });

    private IDataView OneClass() => Row.Data(_ml, 10, _ => true, pair => pair.Id);

    private List<string> Warnings()
    {
        var warnings = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(message.RawMessage);
            }
        };
        return warnings;
    }

    private void AssertTwoGroups(IDataView data)
    {
        TrainingSummary summary = Grouped().Fit(data).Summary;

        Assert.AreEqual(10, summary.ValidationPairs);
        Assert.AreEqual(30, summary.TrainingPairs);
    }
}
