using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Evaluation;

[TestClass]
public sealed class RegressionEvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Evaluate_MixedRows_GivesRecordedMetrics() => Check(
        Evaluate((1, 1.5f), (2, 1.75f), (3, 3.3f), (4, 2.9f), (-1.1f, 0.2f)),
        0.6899999767541886,
        0.6604999662637734,
        0.6604999899864197,
        0.7851054265433576);

    [TestMethod]
    public void Evaluate_NaNScoresAndLabels_AreLeftOut() =>
        Check(Evaluate((1, 1.5f), (2, float.NaN), (float.NaN, 3.25f), (4, 3)), 0.75, 0.625, 0.625, 0.7222222222222222);

    [TestMethod]
    public void Evaluate_OneRow_HasNoRSquared() => Check(Evaluate((1, 1.5f)), 0.5, 0.25, 0.25, double.NaN);

    [TestMethod]
    public void Evaluate_EqualLabels_HaveNoRSquared() => Check(Evaluate((2, 1.5f), (2, 2.5f)), 0.5, 0.25, 0.25, double.NaN);

    [TestMethod]
    public void Evaluate_NoRows_IsZero() => Check(Evaluate(), 0, 0, 0, 0);

    [TestMethod]
    public void Evaluate_InfiniteScore_IsCounted() => Check(
        Evaluate((2, float.PositiveInfinity), (3, 2.5f)),
        double.PositiveInfinity,
        double.PositiveInfinity,
        double.PositiveInfinity,
        double.NegativeInfinity);

    [TestMethod]
    public void Evaluate_BooleanLabel_Throws()
    {
        var data = _ml.Data.LoadFromEnumerable([new ScoredPair()]);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Regression.Evaluate(data));

        Assert.Contains("Schema mismatch for label column 'Label': expected Single, got Boolean", error.Message);
    }

    [TestMethod]
    public void Evaluate_MissingScore_Throws()
    {
        var data = _ml.Data.LoadFromEnumerable([new Estimate()]);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Regression.Evaluate(data, scoreColumnName: "Nope"));

        Assert.Contains("Nope column 'Score' not found", error.Message);
    }

    private static void Check(RegressionMetrics metrics, double absoluteError, double squaredError, double loss, double rSquared)
    {
        MetricAssert.AreEqual(absoluteError, metrics.MeanAbsoluteError, nameof(metrics.MeanAbsoluteError));
        MetricAssert.AreEqual(squaredError, metrics.MeanSquaredError, nameof(metrics.MeanSquaredError));
        MetricAssert.AreEqual(Math.Sqrt(squaredError), metrics.RootMeanSquaredError, nameof(metrics.RootMeanSquaredError));
        MetricAssert.AreEqual(loss, metrics.LossFunction, nameof(metrics.LossFunction));
        MetricAssert.AreEqual(rSquared, metrics.RSquared, nameof(metrics.RSquared));
    }

    private RegressionMetrics Evaluate(params (float Label, float Score)[] rows) => _ml.Regression.Evaluate(
        _ml.Data.LoadFromEnumerable(rows.Select(row => new Estimate { Label = row.Label, Score = row.Score })));

    internal sealed class Estimate
    {
        public float Label { get; set; }

        public float Score { get; set; }
    }
}
