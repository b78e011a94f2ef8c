using Microsoft.ML.Data;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class BinaryMeasuresTests
{
    private const double Rounding = 1e-12;

    // ML.NET works from a probability of 32 bits, and reports bits where we report nats.
    private const double SinglePrecision = 1e-6;

    [TestMethod]
    public void Measure_FewScores_GivesTheFiguresWorkedOutByHand()
    {
        float[] scores = [2, -1, 0, 3];
        int[] labels = [1, 0, 1, 0];

        ValidationMetrics metrics = BinaryMeasures.Measure(scores, labels);

        // A score of 0 is a no, so: right, right, wrong, wrong.
        double loss = (Math.Log(1 + Math.Exp(-2)) + Math.Log(1 + Math.Exp(-1)) + Math.Log(2) + Math.Log(1 + Math.Exp(3))) / 4;
        Assert.AreEqual(loss, metrics.LogLoss, Rounding);
        Assert.AreEqual(0.5, metrics.Accuracy, Rounding);
        Assert.AreEqual(0.5, metrics.F1, Rounding);
        Assert.AreEqual(0, metrics.MatthewsCorrelation, Rounding);
    }

    [TestMethod]
    public void Measure_ExtremeScores_StaysFinite()
    {
        ValidationMetrics metrics = BinaryMeasures.Measure([1e30f, -2e30f], [0, 0]);

        Assert.AreEqual(5e29, metrics.LogLoss, 1e24);
    }

    [TestMethod]
    public void Measure_RandomScores_EqualsWhatTheEvaluatorReports()
    {
        ScoredRow[] rows = ScoredRows.Random(count: 300, seed: 12);
        var ml = new MLContext();

        ValidationMetrics ours = BinaryMeasures.Measure([.. rows.Select(row => row.Score)], [.. rows.Select(row => row.Label ? 1 : 0)]);
        CalibratedBinaryClassificationMetrics theirs = ml.BinaryClassification.Evaluate(ml.Data.LoadFromEnumerable(rows));

        Assert.AreEqual(theirs.Accuracy, ours.Accuracy, SinglePrecision);
        Assert.AreEqual(theirs.F1Score, ours.F1, SinglePrecision);
        Assert.AreEqual(theirs.LogLoss * Math.Log(2), ours.LogLoss, SinglePrecision);
        Assert.AreEqual(theirs.MatthewsCorrelation(), ours.MatthewsCorrelation, SinglePrecision);
    }
}
