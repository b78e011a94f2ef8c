using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Evaluation;

[TestClass]
public sealed class MulticlassEvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);

    /// <summary>Seven rows; in the last two scores tie.</summary>
    internal static IReadOnlyList<KeyRow> MixedRows { get; } =
    [
        new(0, 0.7f, 0.2f, 0.1f), new(0, 0.3f, 0.4f, 0.3f), new(1, 0.1f, 0.8f, 0.1f), new(1, 0.25f, 0.5f, 0.25f),
        new(2, 0.2f, 0.2f, 0.6f), new(2, 0.5f, 0.25f, 0.25f), new(0, 0.4f, 0.4f, 0.2f),
    ];

    [TestMethod]
    public void Evaluate_MixedRows_GivesRecordedMetrics()
    {
        var metrics = Evaluate(MixedRows);

        MetricAssert.AreEqual(0.7142857142857143, metrics.MicroAccuracy, nameof(metrics.MicroAccuracy));
        MetricAssert.AreEqual(0.7222222222222222, metrics.MacroAccuracy, nameof(metrics.MacroAccuracy));
        MetricAssert.AreEqual(0.755764157807654, metrics.LogLoss, nameof(metrics.LogLoss));
        MetricAssert.AreEqual(0.29956476766938894, metrics.LogLossReduction, nameof(metrics.LogLossReduction));
        MetricAssert.AreEqual(
            [0.8256461475103772, 0.45814535848649696, 0.948559972574726], metrics.PerClassLogLoss, nameof(metrics.PerClassLogLoss));
        CheckCounts(metrics, 2, 1, 0, 0, 2, 0, 1, 0, 1);
        MetricAssert.AreEqual([2.0 / 3, 2.0 / 3, 1], metrics.ConfusionMatrix.PerClassPrecision, "precision");
        MetricAssert.AreEqual([2.0 / 3, 1, 0.5], metrics.ConfusionMatrix.PerClassRecall, "recall");
    }

    [TestMethod]
    public void Evaluate_WithoutTopK_HasNone()
    {
        var metrics = Evaluate(MixedRows);

        Assert.AreEqual(0, metrics.TopKAccuracy);
        Assert.AreEqual(0, metrics.TopKPredictionCount);
        Assert.IsNull(metrics.TopKAccuracyForAllK);
    }

    [TestMethod]
    public void Evaluate_TopTwo_CountsRanksTiedScoresByIndex()
    {
        var metrics = _ml.MulticlassClassification.Evaluate(_ml.Data.LoadFromEnumerable(MixedRows), topKPredictionCount: 2);

        Assert.AreEqual(2, metrics.TopKPredictionCount);
        MetricAssert.AreEqual([0.7142857142857143, 0.8571428571428572], metrics.TopKAccuracyForAllK, nameof(metrics.TopKAccuracyForAllK));
        MetricAssert.AreEqual(0.8571428571428572, metrics.TopKAccuracy, nameof(metrics.TopKAccuracy));
    }

    [TestMethod]
    public void Evaluate_AllScoresTied_PredictsFirstClass()
    {
        var metrics = Evaluate([new(2, 0.25f, 0.25f, 0.25f), new(0, 0.25f, 0.25f, 0.25f)]);

        CheckCounts(metrics, 1, 0, 0, 0, 0, 0, 1, 0, 0);
        MetricAssert.AreEqual(1.3862943611198906, metrics.LogLoss, nameof(metrics.LogLoss));
        MetricAssert.AreEqual(-1, metrics.LogLossReduction, nameof(metrics.LogLossReduction));
    }

    [TestMethod]
    public void Evaluate_ScoresOutsideProbabilities_AreClippedForTheLogLoss()
    {
        var metrics = Evaluate([new(1, 1, 3, 0), new(0, -1, -2, -3)]);

        CheckCounts(metrics, 1, 0, 0, 0, 1, 0, 0, 0, 0);
        MetricAssert.AreEqual([34.53877639128319, 0, 0], metrics.PerClassLogLoss, nameof(metrics.PerClassLogLoss));
        MetricAssert.AreEqual(17.269388195641596, metrics.LogLoss, nameof(metrics.LogLoss));
        MetricAssert.AreEqual(-23.91446070903854, metrics.LogLossReduction, nameof(metrics.LogLossReduction));
    }

    [TestMethod]
    public void Evaluate_ProbabilityOfZero_IsTakenAsALittle()
    {
        var metrics = Evaluate([new(1, 1, 0, 0), new(0, 1, 0, 0)]);

        MetricAssert.AreEqual([0, 34.53877639128319, 0], metrics.PerClassLogLoss, nameof(metrics.PerClassLogLoss));
    }

    [TestMethod]
    public void Evaluate_ScoresNotFinite_AreLeftOut()
    {
        var metrics = Evaluate(
        [
            new(1, float.NaN, 3, 0), new(0, 0.5f, 0.25f, 0.25f),
            new(0, float.PositiveInfinity, 0.25f, 0.25f), new(1, 0.5f, 0.25f, 0.25f),
        ]);

        CheckCounts(metrics, 1, 0, 0, 1, 0, 0, 0, 0, 0);
        MetricAssert.AreEqual(1.0397207708399179, metrics.LogLoss, nameof(metrics.LogLoss));
        MetricAssert.AreEqual(-0.49999999999999994, metrics.LogLossReduction, nameof(metrics.LogLossReduction));
    }

    [TestMethod]
    public void Evaluate_MissingKey_IsLeftOut()
    {
        const uint beyond = 3;

        var metrics = Evaluate([new(beyond, 0.7f, 0.2f, 0.1f), new(0, 0.7f, 0.2f, 0.1f)]);

        CheckCounts(metrics, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    [TestMethod]
    public void Evaluate_FloatLabels_LeavesOutWhatIsNoIndexAndKeepsUnknownClasses()
    {
        float[] labels = [0, 5, -1, 0.5f, float.NaN];
        FloatRow[] rows = [.. labels.Select(label => new FloatRow(label, 0.7f, 0.2f, 0.1f)), new FloatRow(2, 0.1f, 0.2f, 0.7f)];

        var metrics = Evaluate(rows);

        MetricAssert.AreEqual(0.6666666666666666, metrics.MicroAccuracy, nameof(metrics.MicroAccuracy));
        MetricAssert.AreEqual(1, metrics.MacroAccuracy, nameof(metrics.MacroAccuracy));
        MetricAssert.AreEqual(11.750708771073485, metrics.LogLoss, nameof(metrics.LogLoss));
        MetricAssert.AreEqual(-15.043934096148684, metrics.LogLossReduction, nameof(metrics.LogLossReduction));
        CheckCounts(metrics, 1, 0, 0, 0, 0, 0, 0, 0, 1);
    }

    [TestMethod]
    public void Evaluate_UnknownClass_RanksBehindScoresAboveZero()
    {
        var rows = _ml.Data.LoadFromEnumerable<FloatRow>([new(0, 0.7f, 0.2f, 0.1f), new(7, 0.7f, -0.2f, 0.1f)]);

        var metrics = _ml.MulticlassClassification.Evaluate(rows, topKPredictionCount: 3);

        MetricAssert.AreEqual([0.5, 0.5, 1], metrics.TopKAccuracyForAllK, nameof(metrics.TopKAccuracyForAllK));
        MetricAssert.AreEqual(17.447725676125913, metrics.LogLoss, nameof(metrics.LogLoss));
    }

    [TestMethod]
    public void Evaluate_OneClass_HasNoReduction()
    {
        var metrics = Evaluate([new(0, 0.7f, 0.2f, 0.1f), new(0, 0.2f, 0.7f, 0.1f)]);

        MetricAssert.AreEqual(0.5, metrics.MacroAccuracy, nameof(metrics.MacroAccuracy));
        MetricAssert.AreEqual(0.9830564292507852, metrics.LogLoss, nameof(metrics.LogLoss));
        MetricAssert.AreEqual(double.PositiveInfinity, metrics.LogLossReduction, nameof(metrics.LogLossReduction));
    }

    [TestMethod]
    public void Evaluate_NoRows_IsZero()
    {
        var metrics = Evaluate(Array.Empty<KeyRow>());

        MetricAssert.AreEqual(0, metrics.MicroAccuracy, nameof(metrics.MicroAccuracy));
        MetricAssert.AreEqual(0, metrics.MacroAccuracy, nameof(metrics.MacroAccuracy));
        MetricAssert.AreEqual(0, metrics.LogLoss, nameof(metrics.LogLoss));
        MetricAssert.AreEqual(double.NaN, metrics.LogLossReduction, nameof(metrics.LogLossReduction));
        CheckCounts(metrics, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    [TestMethod]
    public void Evaluate_ScalarScore_Throws() => CheckThrows(
        [new ScoredPair()], "Schema mismatch for score column 'Score': expected vector of two or more items of type Single, got Single");

    [TestMethod]
    public void Evaluate_VectorOfUnknownSize_Throws() => CheckThrows(
        [new UnsizedRow()],
        "Schema mismatch for score column 'Score': expected vector of two or more items of type Single, got Vector<Single>");

    [TestMethod]
    public void Evaluate_TextLabel_Throws() =>
        CheckThrows([new TextRow()], "Schema mismatch for label column 'Label': expected Single or Key, got String");

    [TestMethod]
    public void Evaluate_MissingPredictedLabel_Throws()
    {
        var data = _ml.Data.LoadFromEnumerable(MixedRows);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _ml.MulticlassClassification.Evaluate(data, predictedLabelColumnName: "Nope"));

        Assert.Contains("Nope column 'PredictedLabel' not found", error.Message);
    }

    private static void CheckCounts(MulticlassClassificationMetrics metrics, params double[] expected) =>
        CollectionAssert.AreEqual(expected, metrics.ConfusionMatrix.Counts.SelectMany(row => row).ToArray());

    private void CheckThrows<T>(IEnumerable<T> rows, string message)
        where T : class
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Evaluate(rows));

        Assert.Contains(message, error.Message);
    }

    private MulticlassClassificationMetrics Evaluate(IEnumerable<KeyRow> rows) => Evaluate<KeyRow>(rows);

    private MulticlassClassificationMetrics Evaluate<T>(IEnumerable<T> rows)
        where T : class => _ml.MulticlassClassification.Evaluate(_ml.Data.LoadFromEnumerable(rows));

    internal sealed class KeyRow(uint label, params float[] score)
    {
        [KeyType(3)]
        public uint Label { get; } = label;

        [VectorType(3)]
        public float[] Score { get; } = score;

        [KeyType(3)]
        public uint PredictedLabel { get; }
    }

    internal sealed class FloatRow(float label, params float[] score)
    {
        public float Label { get; } = label;

        [VectorType(3)]
        public float[] Score { get; } = score;

        public float PredictedLabel { get; }
    }

    internal sealed class UnsizedRow
    {
        public float Label { get; set; }

        public float[] Score { get; set; } = [1, 2];

        public float PredictedLabel { get; set; }
    }

    internal sealed class TextRow
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Score { get; set; } = [1, 2];

        public float PredictedLabel { get; set; }
    }
}
