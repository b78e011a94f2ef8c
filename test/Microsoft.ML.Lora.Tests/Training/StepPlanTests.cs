using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class StepPlanTests
{
    [TestMethod]
    [DataRow(2, 3, 1, new[] { 3, 6 }, DisplayName = "once at the end of each epoch")]
    [DataRow(1, 10, 2, new[] { 5, 10 }, DisplayName = "twice")]
    [DataRow(1, 10, 3, new[] { 4, 7, 10 }, DisplayName = "a number that does not divide the steps")]
    [DataRow(2, 4, 3, new[] { 2, 3, 4, 6, 7, 8 }, DisplayName = "nearly every step")]
    [DataRow(2, 2, 5, new[] { 1, 2, 3, 4 }, DisplayName = "more often than there are steps: after each")]
    [DataRow(2, 3, 0, new int[0], DisplayName = "never")]
    public void ValidatesAfter_Plan_HasTheExpectedSteps(int epochs, int stepsPerEpoch, int validationsPerEpoch, int[] expected)
    {
        var plan = new StepPlan(epochs, stepsPerEpoch, validationsPerEpoch);

        int[] validated = [.. Enumerable.Range(1, plan.Steps).Where(plan.ValidatesAfter)];

        CollectionAssert.AreEqual(expected, validated);
    }

    [TestMethod]
    public void ValidationsUpTo_AnyPlan_CountsThemAndEndsWithEachEpoch()
    {
        for (int stepsPerEpoch = 1; stepsPerEpoch <= 12; stepsPerEpoch++)
        {
            for (int each = 1; each <= 12; each++)
            {
                var plan = new StepPlan(3, stepsPerEpoch, each);

                int[] validated = [.. Enumerable.Range(1, plan.Steps).Where(plan.ValidatesAfter)];

                string which = $"{stepsPerEpoch} steps, {each} validations an epoch";
                Assert.HasCount(3 * Math.Min(each, stepsPerEpoch), validated, which);
                Assert.AreEqual(validated.Length, plan.ValidationsUpTo(plan.Steps), which);
                Assert.IsTrue(plan.ValidatesAfter(stepsPerEpoch) && plan.ValidatesAfter(2 * stepsPerEpoch), which);
            }
        }
    }

    [TestMethod]
    public void EndsEpoch_Steps_IsTrueAtTheLastOfEach()
    {
        var plan = new StepPlan(2, 3, 1);

        CollectionAssert.AreEqual(new[] { 3, 6 }, Enumerable.Range(1, plan.Steps).Where(plan.EndsEpoch).ToArray());
    }

    [TestMethod]
    public void Steps_MoreThanCanBeCounted_Throws()
    {
        var plan = new StepPlan(1000, 1 << 24, 1);

        Assert.ThrowsExactly<OverflowException>(() => plan.Steps);
    }
}
