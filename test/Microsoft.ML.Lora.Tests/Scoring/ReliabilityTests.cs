using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.Scoring;

[TestClass]
public sealed class ReliabilityTests
{
    private const double Rounding = 1e-7;

    [TestMethod]
    public void Measure_FourRowsInTwoBins_IsWorkedOutByHand()
    {
        CalibrationMetrics found = Reliability.Measure([0.9f, 0.1f, 0.6f, 0.3f], [1, 0, 0, 1], bins: 2);

        Assert.HasCount(2, found.Bins);
        Assert.AreEqual(0.2, found.Bins[0].MeanProbability, Rounding);
        Assert.AreEqual(0.5, found.Bins[0].PositiveShare, Rounding);
        Assert.AreEqual(0.6, found.Bins[1].LowestProbability, Rounding);
        Assert.AreEqual(0.9, found.Bins[1].HighestProbability, Rounding);
        Assert.AreEqual(((2 * 0.3) + (2 * 0.25)) / 4, found.ExpectedCalibrationError, Rounding);
        Assert.AreEqual(-(Math.Log(0.9) + Math.Log(0.9) + Math.Log(0.4) + Math.Log(0.3)) / 4, found.LogLoss, Rounding);
        Assert.AreEqual((0.01 + 0.01 + 0.36 + 0.49) / 4, found.BrierScore, Rounding);
    }

    [TestMethod]
    public void Measure_BinsThatDoNotDivideTheRows_DifferByOneAtMost()
    {
        float[] probabilities = [.. Enumerable.Range(0, 100).Select(i => i / 100f)];

        CalibrationMetrics found = Reliability.Measure(probabilities, new int[100], bins: 15);

        Assert.HasCount(15, found.Bins);
        Assert.AreEqual(100, found.Bins.Sum(bin => bin.Count));
        Assert.IsTrue(found.Bins.All(bin => bin.Count is 6 or 7));
    }

    [TestMethod]
    public void Measure_EqualProbabilities_GoByTheirShareInAnyOrder()
    {
        float[] probabilities = [.. Enumerable.Repeat(0.25f, 40)];
        int[] first = [.. Enumerable.Range(0, 40).Select(i => i < 10 ? 1 : 0)];
        int[] last = [.. first.Reverse()];

        Assert.AreEqual(0, Reliability.Measure(probabilities, first, bins: 15).ExpectedCalibrationError, Rounding);
        Assert.AreEqual(0, Reliability.Measure(probabilities, last, bins: 15).ExpectedCalibrationError, Rounding);
    }

    [TestMethod]
    public void Measure_FewerRowsThanBins_MakesABinOfEach()
    {
        CalibrationMetrics found = Reliability.Measure([0.2f, 0.7f], [0, 1], bins: 15);

        Assert.HasCount(2, found.Bins);
        Assert.AreEqual(0.25, found.ExpectedCalibrationError, Rounding);
    }

    [TestMethod]
    [DataRow(1f, 0)]
    [DataRow(0f, 1)]
    [DataRow(2e-9f, 1)]
    public void Measure_CertainAndWrong_CostsTheSameEitherWay(float probability, int label)
    {
        double loss = Reliability.Measure([probability], [label], bins: 1).LogLoss;

        Assert.AreEqual(25 * Math.Log(2), loss, Rounding);
        Assert.AreEqual(0, Reliability.Measure([probability], [1 - label], bins: 1).LogLoss, Rounding);
    }
}
