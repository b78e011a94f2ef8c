using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class RateCurveTests
{
    private const double Rounding = 1e-12;

    [TestMethod]
    public void At_LinearWithoutWarmup_FallsByEqualSteps()
    {
        var curve = new RateCurve(RateSchedule.Linear, steps: 4, warmupFraction: 0);

        AssertShares([1, 0.75, 0.5, 0.25], curve);
    }

    [TestMethod]
    public void At_LinearWithWarmup_RisesFirst()
    {
        var curve = new RateCurve(RateSchedule.Linear, steps: 10, warmupFraction: 0.2);

        AssertShares([0.5, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125], curve);
    }

    [TestMethod]
    public void At_Cosine_FallsAlongHalfAWave()
    {
        var curve = new RateCurve(RateSchedule.Cosine, steps: 4, warmupFraction: 0);

        AssertShares([1, 0.5 * (1 + Math.Sqrt(0.5)), 0.5, 0.5 * (1 - Math.Sqrt(0.5))], curve);
    }

    [TestMethod]
    public void At_Constant_StaysAfterWarmup()
    {
        var curve = new RateCurve(RateSchedule.Constant, steps: 6, warmupFraction: 0.5);

        AssertShares([1 / 3.0, 2 / 3.0, 1, 1, 1, 1], curve);
    }

    [TestMethod]
    [DataRow(0.04, 1.0, DisplayName = "0.4 steps are none")]
    [DataRow(0.05, 1.0, DisplayName = "0.5 steps are one, which has the full rate")]
    [DataRow(0.15, 0.5, DisplayName = "1.5 steps are two")]
    public void At_WarmupThatIsNoWholeNumberOfSteps_IsRounded(double warmup, double firstShare)
    {
        var curve = new RateCurve(RateSchedule.Constant, steps: 10, warmup);

        Assert.AreEqual(firstShare, curve.At(0), Rounding);
    }

    [TestMethod]
    public void At_OneStepThatIsAllWarmup_HasTheFullRate()
    {
        var curve = new RateCurve(RateSchedule.Linear, steps: 1, warmupFraction: 0.5);

        AssertShares([1], curve);
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(4)]
    public void At_StepOutsideTheRun_Throws(int step)
    {
        var curve = new RateCurve(RateSchedule.Linear, steps: 4, warmupFraction: 0);

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => curve.At(step));
    }

    private static void AssertShares(double[] expected, RateCurve curve)
    {
        for (int step = 0; step < expected.Length; step++)
        {
            Assert.AreEqual(expected[step], curve.At(step), Rounding, $"Step {step}.");
        }
    }
}
