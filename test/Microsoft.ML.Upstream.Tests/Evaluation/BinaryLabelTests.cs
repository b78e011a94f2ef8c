using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Evaluation;

/// <summary>Which label and score types the binary evaluator takes, and how it reads them.</summary>
[TestClass]
public sealed class BinaryLabelTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Evaluate_FloatLabels_ArePositiveAboveZeroAndLeftOutIfNaN()
    {
        (float Label, float Score, float Probability)[] rows =
            [(1, 2, 0.9f), (0, -1, 0.2f), (0.5f, 1, 0.7f), (-1, 0.5f, 0.6f), (2, -0.5f, 0.4f), (float.NaN, 1, 0.7f)];

        var metrics = Evaluate(rows.Select(row => new FloatLabel { Label = row.Label, Score = row.Score, Probability = row.Probability }));

        CollectionAssert.AreEqual(new double[] { 2, 1, 1, 1 }, metrics.ConfusionMatrix.Counts.SelectMany(row => row).ToArray());
        MetricAssert.AreEqual(0.7264721367184336, metrics.LogLoss, nameof(metrics.LogLoss));
        MetricAssert.AreEqual(0.8333333333333334, metrics.AreaUnderRocCurve, nameof(metrics.AreaUnderRocCurve));
    }

    [TestMethod]
    public void Evaluate_InfiniteLabels_AreOfEitherClass()
    {
        (float Label, float Score, float Probability)[] rows =
            [(float.PositiveInfinity, 2, 0.9f), (float.NegativeInfinity, -1, 0.2f), (1, -1, 0.3f)];

        var metrics = Evaluate(rows.Select(row => new FloatLabel { Label = row.Label, Score = row.Score, Probability = row.Probability }));

        CollectionAssert.AreEqual(new double[] { 1, 1, 0, 1 }, metrics.ConfusionMatrix.Counts.SelectMany(row => row).ToArray());
        MetricAssert.AreEqual(0.7916666666666666, metrics.AreaUnderPrecisionRecallCurve, nameof(metrics.AreaUnderPrecisionRecallCurve));
    }

    [TestMethod]
    public void Evaluate_DoubleLabels_AreReadLikeFloats()
    {
        DoubleLabel[] rows =
        [
            new() { Label = 1, Score = 1, Probability = 0.75f },
            new() { Label = 0, Score = -1, Probability = 0.25f },
            new() { Label = double.NaN, Score = 1 },
        ];

        var metrics = Evaluate(rows);

        Assert.AreEqual(1, metrics.Accuracy);
        MetricAssert.AreEqual(0.4150374992788438, metrics.LogLoss, nameof(metrics.LogLoss));
    }

    [TestMethod]
    public void Evaluate_KeyOfTwo_IsPositiveForItsSecondValueAndLeftOutIfMissing()
    {
        KeyLabel[] rows =
        [
            new() { Label = 1, Score = 1, Probability = 0.75f },
            new() { Label = 0, Score = -1, Probability = 0.25f },
            new() { Label = 2, Score = 1 },
        ];

        var metrics = Evaluate(rows);

        CollectionAssert.AreEqual(new double[] { 1, 0, 0, 1 }, metrics.ConfusionMatrix.Counts.SelectMany(row => row).ToArray());
        MetricAssert.AreEqual(0.4150374992788438, metrics.LogLoss, nameof(metrics.LogLoss));
    }

    [TestMethod]
    public void Evaluate_PredictedLabelOfAnyType_IsNotRead()
    {
        FloatPrediction[] rows = [new() { Label = true, Score = 1, PredictedLabel = -3 }, new() { Score = -1, PredictedLabel = float.NaN }];

        var metrics = Evaluate(rows);

        Assert.AreEqual(1, metrics.Accuracy);
    }

    [TestMethod]
    public void Evaluate_KeyOfThree_Throws() => CheckMismatch(
        new KeyOfThree(),
        "Schema mismatch for label column 'Label': expected Single, Double, Boolean, or a Key with cardinality 2, got Key<UInt32, 0-2>");

    [TestMethod]
    public void Evaluate_IntegerLabel_Throws() => CheckMismatch(
        new IntegerLabel(
            ), "Schema mismatch for label column 'Label': expected Single, Double, Boolean, or a Key with cardinality 2, got Int32");

    [TestMethod]
    public void Evaluate_TextLabel_Throws() => CheckMismatch(
        new TextLabel(
            ), "Schema mismatch for label column 'Label': expected Single, Double, Boolean, or a Key with cardinality 2, got String");

    [TestMethod]
    public void Evaluate_DoubleScore_Throws() =>
        CheckMismatch(new DoubleScore(), "Schema mismatch for score column 'Score': expected Single, got Double");

    [TestMethod]
    public void Evaluate_DoubleProbability_Throws() =>
        CheckMismatch(new DoubleProbability(), "Schema mismatch for probability column 'Probability': expected Single, got Double");

    private CalibratedBinaryClassificationMetrics Evaluate<T>(IEnumerable<T> rows)
        where T : class => _ml.BinaryClassification.Evaluate(_ml.Data.LoadFromEnumerable(rows));

    private void CheckMismatch<T>(T row, string message)
        where T : class
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Evaluate([row]));

        Assert.Contains(message, error.Message);
    }

    internal abstract class Scored
    {
        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }

    internal sealed class FloatLabel : Scored
    {
        public float Label { get; set; }
    }

    internal sealed class DoubleLabel : Scored
    {
        public double Label { get; set; }
    }

    internal sealed class KeyLabel : Scored
    {
        [KeyType(2)]
        public uint Label { get; set; }
    }

    internal sealed class KeyOfThree : Scored
    {
        [KeyType(3)]
        public uint Label { get; set; }
    }

    internal sealed class IntegerLabel : Scored
    {
        public int Label { get; set; }
    }

    internal sealed class TextLabel : Scored
    {
        public string Label { get; set; } = "";
    }

    internal sealed class DoubleScore
    {
        public bool Label { get; set; }

        public double Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }

    internal sealed class DoubleProbability
    {
        public bool Label { get; set; }

        public float Score { get; set; }

        public double Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }

    internal sealed class FloatPrediction
    {
        public bool Label { get; set; }

        public float Score { get; set; }

        public float Probability { get; set; }

        public float PredictedLabel { get; set; }
    }
}
