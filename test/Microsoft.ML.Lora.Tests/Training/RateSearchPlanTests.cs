using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class RateSearchPlanTests
{
    [TestMethod]
    [DataRow(60, 1000, 3, 20)]
    [DataRow(359, 1000, 3, 119)]
    [DataRow(360, 1000, 9, 20)]
    [DataRow(1000, 1000, 9, 55)]
    [DataRow(100_000, 300, 9, 100)]
    [DataRow(100_000, 50, 3, 50)]
    [DataRow(60, 5, 3, 20)]
    public void For_Budget_SpendsItEvenlyOverRounds(int steps, int longest, int candidates, int first)
    {
        RateSearchPlan plan = RateSearchPlan.For(steps, longest, "budget");

        Assert.AreEqual(new RateSearchPlan(candidates, first), plan);
        Assert.IsLessThanOrEqualTo(steps, plan.Steps);
    }

    [TestMethod]
    public void For_TooSmall_SaysWhatIsNeeded()
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => RateSearchPlan.For(59, 1000, "59 steps"));

        Assert.AreEqual(
            "The search budget of 59 steps allows for 59 steps, but the smallest search, 3 trials of 20 steps, needs 60; 9 rates are tried from 360 on. "
            + "Give a larger budget, or choose rates by hand.",
            error.Message);
    }

    [TestMethod]
    public void Of_SharedSentences_AreOneComponent() => CollectionAssert.AreEqual(
        new[] { 0, 1, 0, 2, 1, 0 },
        SentenceComponents.Of([("a", "b"), ("c", "d"), ("e", "b"), ("f", "g"), ("h", "c"), ("e", "e")]));
}
