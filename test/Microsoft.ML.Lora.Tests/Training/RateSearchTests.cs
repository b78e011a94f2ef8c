using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>Rounds, outcomes and time of a search for rates, on sessions without a model.</summary>
[TestClass]
public sealed class RateSearchTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Scoring = TimeSpan.FromMilliseconds(100);

    [TestMethod]
    public void Execute_BudgetForNine_TrainsTheBestThirdThreeTimesAsLong()
    {
        var search = new RateSearchSetup
        {
            Margin = (rule, steps) => (rule, steps) switch
            {
                ("Equal(0.008)", 60) => 4,
                ("Equal(0.0005)", _) => 3,
                ("Equal(0.008)", _) => 2,
                ("Ratio(0.0005, 4)", _) => 1,
                _ => 0.5f,
            },
        };

        IReadOnlyList<RateTrial> trials = search.Run();

        CollectionAssert.AreEqual(
            new[] { (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (2, 60), (2, 60), (2, 60) },
            trials.Select(trial => (trial.Round, trial.Steps)).ToArray());
        CollectionAssert.AreEqual(
            new[] { (5e-4f, 1f), (8e-3f, 1f), (5e-4f, 4f) }, trials.Skip(9).Select(trial => (trial.RateOfA, trial.Ratio)).ToArray());
        Assert.AreEqual("Equal(0.008)", RateSearch.Best(trials).Description);
        Assert.AreEqual(360, search.Steps);
    }

    [TestMethod]
    public void Execute_FewerLeftThanAThird_GoesOnWithThem()
    {
        var search = new RateSearchSetup { IsFinite = rule => rule is "Equal(0.001)" or "Equal(0.0005)", Margin = (rule, _) => rule == "Equal(0.0005)" ? 2 : 1 };

        IReadOnlyList<RateTrial> trials = search.Run();

        Assert.HasCount(11, trials);
        Assert.AreEqual(7, trials.Count(trial => trial.LogLoss is null));
        Assert.AreEqual("Equal(0.0005)", RateSearch.Best(trials).Description);
        Assert.Contains("Search for rates, round 1: A 0.002, ratio 1, 20 steps: diverged.", search.Log);
    }

    [TestMethod]
    public void Execute_AllDiverge_SaysWhatToDo()
    {
        DivergenceException error = Assert.ThrowsExactly<DivergenceException>(() => new RateSearchSetup { IsFinite = _ => false }.Run());

        Assert.AreEqual(
            "Every trial of round 1 of the search for rates diverged, down to the rate 0.00025 of A. Set MaxGradientNorm to 1, or lower Alpha.", error.Message);
    }

    [TestMethod]
    public void Execute_SymmetricPairs_AreJudgedInBothOrders()
    {
        int scorings = 0;

        new RateSearchSetup { Pairs = TrainingPairs.Create(200, symmetric: true), OnScore = () => scorings++ }.Run();

        Assert.AreEqual(2 * 12, scorings);
    }

    [TestMethod]
    public void Execute_Cancelled_SaysInWhichTrial()
    {
        using var source = new CancellationTokenSource();
        var search = new RateSearchSetup
        {
            Cancellation = source.Token,
            OnStep = (session, step) => Interruption.At(7, source)(session == 3 ? step : 0),
        };

        OperationCanceledException error = Assert.ThrowsExactly<OperationCanceledException>(search.Run);

        Assert.AreEqual("The search for rates was cancelled in trial 3 of 12 (round 1, A 0.001, ratio 4) after step 7 of 20.", error.Message);
        Assert.AreEqual(source.Token, error.CancellationToken);
    }

    [TestMethod]
    public void Execute_BudgetInTime_KeepsToIt()
    {
        var clock = new ManualClock();

        // Cold: 1 step and a scoring. Timed: 5 steps and a scoring. So 1.74 s are left, nine tenths of them for 3 scorings and 126 steps.
        IReadOnlyList<RateTrial> trials = InTwoSeconds(clock, (_, _) => Step).Run();

        CollectionAssert.AreEqual(new[] { 42, 42, 42 }, trials.Select(trial => trial.Steps).ToArray());
        Assert.AreEqual(TimeSpan.FromMilliseconds(110 + 150 + 1260 + 300), clock.GetElapsedTime(0));
    }

    [TestMethod]
    public void Execute_ColdStart_IsNotTakenForTheTimeOfAStep()
    {
        IReadOnlyList<RateTrial> trials = InTwoSeconds(new ManualClock(), (session, _) => session == 1 ? 60 * Step : Step).Run();

        // The cold step's 0.59 s more are missing, but the others count as what they take.
        CollectionAssert.AreEqual(new[] { 24, 24, 24 }, trials.Select(trial => trial.Steps).ToArray());
    }

    [TestMethod]
    public void Execute_SlowerThanTimed_EndsWithTheBudget()
    {
        var clock = new ManualClock();
        RateSearchSetup search = InTwoSeconds(clock, (session, _) => session > 3 ? 10 * Step : Step);

        IReadOnlyList<RateTrial> trials = search.Run();

        Assert.HasCount(1, trials);
        Assert.IsLessThanOrEqualTo(TimeSpan.FromSeconds(2), clock.GetElapsedTime(0));
        Assert.AreEqual(
            "The search for rates was longer than planned and ends with its budget of 2 s, in trial 2 of 3 (round 1, A 0.002, ratio 1) after step 12 of 42: "
            + "it chooses among the trials before.",
            search.Log[^1]);
    }

    [TestMethod]
    public void Execute_OverInTheFirstTrial_SaysSo()
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => InTwoSeconds(new ManualClock(), (session, _) => session > 2 ? 10 * Step : Step).Run());

        Assert.AreEqual(
            "The search budget of 2 s was over in trial 1 of 3 (round 1, A 0.001, ratio 1) after step 17 of 42, before there was anything to choose from. "
            + "Give a larger budget, or choose rates by hand.",
            error.Message);
    }

    [TestMethod]
    public void Execute_ClockThatLeaps_IsRefusedAtOnce()
    {
        var search = new RateSearchSetup { Budget = RateSearchBudget.InSeconds(0.001), Time = new LeapingClock(TimeSpan.FromSeconds(100)) };

        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(search.Run);

        StringAssert.StartsWith(error.Message, "The search budget of 0.001 s, where a step takes ", StringComparison.Ordinal);
        StringAssert.Contains(error.Message, " allows for 0 steps, but the smallest search, 3 trials of 20 steps, needs 60;");
        Assert.AreEqual(2, search.Steps);
    }

    [TestMethod]
    public void Execute_CancelledWhileTimed_SaysSo()
    {
        var search = new RateSearchSetup { Budget = RateSearchBudget.InSeconds(1), Cancellation = new CancellationToken(canceled: true) };

        OperationCanceledException error = Assert.ThrowsExactly<OperationCanceledException>(search.Run);

        Assert.AreEqual("The search for rates was cancelled while its steps were timed.", error.Message);
    }

    [TestMethod]
    public void Best_SearchCutInItsLastRound_LeavesOutWhatDivergedThere()
    {
        RateTrial[] trials = [new(1, 1e-3f, 1, 20, 0.6), new(1, 2e-3f, 1, 20, 0.5), new(1, 4e-3f, 1, 20, 0.7), new(2, 2e-3f, 1, 60, null)];

        Assert.AreEqual("Equal(0.001)", RateSearch.Best(trials).Description);
        Assert.AreEqual("Equal(0.004)", RateSearch.Best([.. trials, new(2, 4e-3f, 1, 60, 0.9)]).Description);
    }

    private static RateSearchSetup InTwoSeconds(ManualClock clock, Func<int, int, TimeSpan> step) => new()
    {
        Budget = RateSearchBudget.InSeconds(2),
        Time = clock,
        OnStep = (session, number) => clock.Advance(step(session, number)),
        OnScore = () => clock.Advance(Scoring),
    };
}
