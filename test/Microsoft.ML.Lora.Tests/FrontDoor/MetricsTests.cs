using Microsoft.ML.Data;
using Microsoft.ML.Lora.Tests.Training;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class MetricsTests
{
    private const double Rounding = 1e-9;

    private readonly MLContext _ml = new();

    [TestMethod]
    public void Extensions_KnownCounts_AreThoseWorkedOutByHand()
    {
        BinaryClassificationMetrics metrics = Evaluate(truePositives: 6, falsePositives: 2, trueNegatives: 9, falseNegatives: 3);

        double positiveF1 = 2 * 6 / (2 * 6 + 2 + 3.0);
        double negativeF1 = 2 * 9 / (2 * 9 + 3 + 2.0);
        Assert.AreEqual((6 * 9 - 2 * 3) / Math.Sqrt(8.0 * 9 * 11 * 12), metrics.MatthewsCorrelation(), Rounding);
        Assert.AreEqual((positiveF1 + negativeF1) / 2, metrics.MacroF1Score(), Rounding);
        Assert.AreEqual((9 * positiveF1 + 11 * negativeF1) / 20, metrics.WeightedF1Score(), Rounding);
        Assert.AreEqual(positiveF1, metrics.F1Score, Rounding);
    }

    [TestMethod]
    public void Extensions_NothingCalledPositive_CountsThatClassAsZero()
    {
        BinaryClassificationMetrics metrics = Evaluate(truePositives: 0, falsePositives: 0, trueNegatives: 6, falseNegatives: 2);

        double negativeF1 = 2 * 6 / (2 * 6 + 2.0);
        Assert.AreEqual(0, metrics.MatthewsCorrelation());
        Assert.AreEqual(negativeF1 / 2, metrics.MacroF1Score(), Rounding);
        Assert.AreEqual(6 * negativeF1 / 8, metrics.WeightedF1Score(), Rounding);
    }

    [TestMethod]
    public void Extensions_AllWrong_AreAtTheirLowest()
    {
        BinaryClassificationMetrics metrics = Evaluate(truePositives: 0, falsePositives: 4, trueNegatives: 0, falseNegatives: 4);

        Assert.AreEqual(-1, metrics.MatthewsCorrelation(), Rounding);
        Assert.AreEqual(0, metrics.MacroF1Score());
        Assert.AreEqual(0, metrics.WeightedF1Score());
    }

    [TestMethod]
    public void Extensions_NonCalibrated_WorkToo()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(ScoredRows.Random(100, seed: 4));

        BinaryClassificationMetrics metrics = _ml.BinaryClassification.EvaluateNonCalibrated(data);

        Assert.AreEqual(_ml.BinaryClassification.Evaluate(data).MatthewsCorrelation(), metrics.MatthewsCorrelation(), Rounding);
    }

    private CalibratedBinaryClassificationMetrics Evaluate(int truePositives, int falsePositives, int trueNegatives, int falseNegatives) =>
        _ml.BinaryClassification.Evaluate(_ml.Data.LoadFromEnumerable(
        [
            .. Enumerable.Repeat(ScoredRows.Create(label: true, score: 1), truePositives),
            .. Enumerable.Repeat(ScoredRows.Create(label: false, score: 1), falsePositives),
            .. Enumerable.Repeat(ScoredRows.Create(label: false, score: -1), trueNegatives),
            .. Enumerable.Repeat(ScoredRows.Create(label: true, score: -1), falseNegatives),
        ]));
}
