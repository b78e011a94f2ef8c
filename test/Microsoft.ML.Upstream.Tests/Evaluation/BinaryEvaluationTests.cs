using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Evaluation;

[TestClass]
public sealed class BinaryEvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static IEnumerable<object[]> Cases => BinaryEvaluationCases.All().Select(sample => new object[] { sample });

    [TestMethod, DynamicData(nameof(Cases))]
    public void Evaluate_RecordedRows_GivesRecordedMetrics(BinaryEvaluationCase sample)
    {
        var metrics = _ml.BinaryClassification.Evaluate(sample.Load(_ml));

        CheckThresholdMetrics(sample.Expected, metrics);
        MetricAssert.AreEqual(sample.Expected.Information.LogLoss, metrics.LogLoss, nameof(metrics.LogLoss));
        MetricAssert.AreEqual(sample.Expected.Information.LogLossReduction, metrics.LogLossReduction, nameof(metrics.LogLossReduction));
        MetricAssert.AreEqual(sample.Expected.Information.Entropy, metrics.Entropy, nameof(metrics.Entropy));
    }

    [TestMethod, DynamicData(nameof(Cases))]
    public void EvaluateNonCalibrated_RecordedRows_GivesRecordedMetrics(BinaryEvaluationCase sample)
    {
        var metrics = _ml.BinaryClassification.EvaluateNonCalibrated(sample.Load(_ml));

        CheckThresholdMetrics(sample.Expected, metrics);
    }

    [TestMethod]
    public void Evaluate_ScoreOfZero_IsPredictedNegative()
    {
        var data = Load(Pair(true, 0, 0.5f), Pair(false, -1, 0.25f), Pair(true, float.Epsilon, 0.5f));

        var matrix = _ml.BinaryClassification.Evaluate(data).ConfusionMatrix;

        Assert.AreEqual(1, matrix.GetCountForClassPair(1, 0));
        Assert.AreEqual(1, matrix.GetCountForClassPair(0, 0));
    }

    [TestMethod]
    [DataRow(true, "AUC is not defined when there is no negative class in the data")]
    [DataRow(false, "AUC is not defined when there is no positive class in the data")]
    public void Evaluate_OneClass_Throws(bool label, string message)
    {
        var data = Load(Pair(label, 2, 0.9f), Pair(label, -2, 0.1f));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.Evaluate(data));

        Assert.Contains(message, error.Message);
    }

    [TestMethod]
    public void Evaluate_NoRows_Throws()
    {
        var data = Load();

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.Evaluate(data));

        Assert.Contains("AUC is not defined when there is no positive class in the data", error.Message);
    }

    [TestMethod]
    public void Evaluate_OnlyRowsWithoutScore_Throws()
    {
        var data = Load(Pair(true, float.NaN, 0.9f), Pair(false, float.NaN, 0.1f));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.Evaluate(data));

        Assert.Contains("AUC is not defined when there is no positive class in the data", error.Message);
    }

    [TestMethod]
    [DataRow("Label", "Nope column 'Label' not found")]
    [DataRow("Score", "Nope column 'Score' not found")]
    [DataRow("Probability", "Nope column 'Probability' not found")]
    [DataRow("PredictedLabel", "Nope column 'PredictedLabel' not found")]
    public void Evaluate_MissingColumn_ThrowsNamingIt(string role, string message)
    {
        var data = Load(Pair(true, 1, 0.75f), Pair(false, -1, 0.25f));
        string NameOf(string column) => column == role ? "Nope" : column;

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.Evaluate(
            data, NameOf("Label"), NameOf("Score"), NameOf("Probability"), NameOf("PredictedLabel")));

        Assert.Contains(message, error.Message);
    }

    [TestMethod]
    public void Evaluate_NoColumnName_Throws()
    {
        var data = Load(Pair(true, 1, 0.75f));

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.BinaryClassification.Evaluate(data, labelColumnName: ""));

        Assert.Contains("labelColumnName cannot be null or empty", error.Message);
    }

    [TestMethod]
    public void Evaluate_NoData_Throws() =>
        Assert.ThrowsExactly<ArgumentNullException>(() => _ml.BinaryClassification.Evaluate(null!));

    internal static ScoredPair Pair(bool label, float score, float probability) =>
        new() { Label = label, Score = score, Probability = probability, PredictedLabel = score > 0 };

    private static void CheckThresholdMetrics(ExpectedBinaryMetrics expected, BinaryClassificationMetrics metrics)
    {
        MetricAssert.AreEqual(expected.Accuracy, metrics.Accuracy, nameof(metrics.Accuracy));
        MetricAssert.AreEqual(expected.F1Score, metrics.F1Score, nameof(metrics.F1Score));
        MetricAssert.AreEqual(expected.AreaUnderRoc, metrics.AreaUnderRocCurve, nameof(metrics.AreaUnderRocCurve));
        MetricAssert.AreEqual(
            expected.AreaUnderPrecisionRecall, metrics.AreaUnderPrecisionRecallCurve, nameof(metrics.AreaUnderPrecisionRecallCurve));
        MetricAssert.AreEqual(expected.Precision.Positive, metrics.PositivePrecision, nameof(metrics.PositivePrecision));
        MetricAssert.AreEqual(expected.Precision.Negative, metrics.NegativePrecision, nameof(metrics.NegativePrecision));
        MetricAssert.AreEqual(expected.Recall.Positive, metrics.PositiveRecall, nameof(metrics.PositiveRecall));
        MetricAssert.AreEqual(expected.Recall.Negative, metrics.NegativeRecall, nameof(metrics.NegativeRecall));

        var matrix = metrics.ConfusionMatrix;
        Assert.AreEqual(2, matrix.NumberOfClasses);
        MetricAssert.AreEqual(expected.Counts, [.. matrix.Counts.SelectMany(row => row)], nameof(matrix.Counts));
        MetricAssert.AreEqual(
            [expected.Precision.Positive, expected.Precision.Negative], matrix.PerClassPrecision, nameof(matrix.PerClassPrecision));
        MetricAssert.AreEqual([expected.Recall.Positive, expected.Recall.Negative], matrix.PerClassRecall, nameof(matrix.PerClassRecall));
    }

    private IDataView Load(params ScoredPair[] rows) => _ml.Data.LoadFromEnumerable(rows);
}
