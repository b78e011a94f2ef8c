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
        RateSearchPlan plan = RateSearchPlan.For(RateSearchAllowance.InSteps(steps), longest);

        Assert.AreEqual(new RateSearchPlan(candidates, first), plan);
        Assert.IsLessThanOrEqualTo(steps, plan.Steps);
    }

    [TestMethod]
    public void For_TooSmall_SaysWhatIsNeeded()
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => RateSearchPlan.For(RateSearchAllowance.InSteps(59), 1000));

        Assert.AreEqual(
            "The search budget of 59 steps allows for 59 steps, but the smallest search, 3 trials of 20 steps, needs 60; 9 rates are tried from 360 on. "
            + "Give a larger budget, or choose rates by hand.",
            error.Message);
    }

    /// <summary>Nine tenths of the time are planned with.</summary>
    [TestMethod]
    [DataRow(100, 1, 5, 3, 25)]
    [DataRow(500, 1, 5, 9, 21)]
    [DataRow(500, 1, 10, 3, 140)]
    [DataRow(1, 0, 0, 9, 333)]
    public void For_TrialsThatCostTime_ReservesWhatTheChosenPlanNeeds(int left, int step, int trial, int candidates, int first)
    {
        RateSearchAllowance allowance = RateSearchAllowance.InTime(
            TimeSpan.FromSeconds(left), TimeSpan.FromSeconds(left), TimeSpan.FromSeconds(step), TimeSpan.FromSeconds(trial));

        Assert.AreEqual(new RateSearchPlan(candidates, first), RateSearchPlan.For(allowance, 1000));
    }

    [TestMethod]
    public void For_TooLittleTime_SaysWhatItWentBy()
    {
        var allowance = RateSearchAllowance.InTime(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(0.05), TimeSpan.FromSeconds(0.4));

        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => RateSearchPlan.For(allowance, 1000));

        StringAssert.StartsWith(
            error.Message,
            "The search budget of 2 s, where a step takes 0.05 s and to begin and score a trial 0.4 s, allows for 3 steps, but the smallest search, ",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void Of_SharedSentences_AreOneComponent() => CollectionAssert.AreEqual(
        new[] { 0, 1, 0, 2, 1, 0 },
        SentenceComponents.Of([("a", "b"), ("c", "d"), ("e", "b"), ("f", "g"), ("h", "c"), ("e", "e")]));
}
