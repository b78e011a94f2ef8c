using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>Rounds, outcomes and time of a search for rates, on sessions without a model.</summary>
[TestClass]
public sealed class RateSearchTests
{
    private const string Default = "Equal(0.0003)";

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Scoring = TimeSpan.FromMilliseconds(100);

    [TestMethod]
    public void Execute_BudgetForNine_TrainsTheBestAndTheDefaultThreeTimesAsLong()
    {
        var search = new RateSearchSetup
        {
            Margin = (rule, steps) => (rule, steps) switch
            {
                ("Equal(0.0024)", 60) => 4,
                ("Equal(0.00015)", _) => 3,
                ("Equal(0.0024)", _) => 2,
                ("Equal(0.0048)", _) => 1,
                _ => 0.5f,
            },
        };

        IReadOnlyList<RateTrial> trials = search.Run();

        CollectionAssert.AreEqual(
            new[] { (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (1, 20), (2, 60), (2, 60), (2, 60) },
            trials.Select(trial => (trial.Round, trial.Steps)).ToArray());
        CollectionAssert.AreEqual(new[] { Default, "Equal(0.00015)", "Equal(0.0024)" }, trials.Skip(9).Select(trial => trial.Rates).ToArray());
        Assert.AreEqual("Equal(0.0024)", Best(trials));
        Assert.AreEqual(360, search.Steps);
    }

    [TestMethod]
    public void Execute_EachRound_ComparesWithTheDefaultOfThatRound()
    {
        var search = new RateSearchSetup { Margin = (rule, steps) => (rule, steps) switch { (Default, 20) => 1, (Default, 60) => 3, _ => 2 } };

        IReadOnlyList<RateTrial> trials = search.Run();

        double Loss(double margin) => Math.Log(1 + Math.Exp(-margin));
        Assert.AreEqual(0, trials[0].OverDefault);
        Assert.AreEqual(Loss(2) - Loss(1), trials[1].OverDefault!.Value, 1e-12);
        Assert.AreEqual(0, trials[9].OverDefault);
        Assert.AreEqual(Loss(2) - Loss(3), trials[10].OverDefault!.Value, 1e-12);
        Assert.AreEqual(0, trials[10].OverDefaultError!.Value, 1e-12);
        Assert.Contains("Search for rates, round 1: Equal(0.0003), 20 steps: log-loss 0.3133.", search.Log);
        Assert.Contains("Search for rates, round 2: Equal(0.00015), 60 steps: log-loss 0.1269, +0.0783 ± 0.0000 against the default's.", search.Log);
        Assert.AreEqual(Default, Best(trials));
    }

    [TestMethod]
    public void Execute_FewerLeftThanAThird_GoesOnWithThem()
    {
        var search = new RateSearchSetup { IsFinite = rule => rule is "Equal(0.0006)" or "Equal(0.00015)", Margin = (rule, _) => rule == "Equal(0.00015)" ? 2 : 1 };

        IReadOnlyList<RateTrial> trials = search.Run();

        Assert.HasCount(11, trials);
        Assert.AreEqual(7, trials.Count(trial => trial.LogLoss is null));
        Assert.IsTrue(trials.All(trial => trial.OverDefault is null));
        Assert.AreEqual("Equal(0.00015)", Best(trials));
        Assert.Contains("Search for rates, round 1: Equal(0.0003), 20 steps: diverged.", search.Log);
        Assert.Contains("Search for rates, round 1: Equal(0.0006), 20 steps: log-loss 0.3133.", search.Log);
    }

    [TestMethod]
    public void Execute_AllDiverge_SaysWhatToDo()
    {
        DivergenceException error = Assert.ThrowsExactly<DivergenceException>(() => new RateSearchSetup { IsFinite = _ => false }.Run());

        Assert.AreEqual(
            "All 9 trials of round 1 of the search for rates diverged. Set MaxGradientNorm to 1, or lower Alpha.", error.Message);
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

        Assert.AreEqual("The search for rates was cancelled in trial 3 of 12 (round 1, Equal(0.0006)) after step 7 of 20.", error.Message);
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
            "The search for rates was longer than planned and ends with its budget of 2 s, in trial 2 of 3 (round 1, Equal(0.00015)) after step 12 of 42: "
            + "it chooses among the trials before.",
            search.Log[^1]);
    }

    [TestMethod]
    public void Execute_OverInTheFirstTrial_SaysSo()
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => InTwoSeconds(new ManualClock(), (session, _) => session > 2 ? 10 * Step : Step).Run());

        Assert.AreEqual(
            "The search budget of 2 s was over in trial 1 of 3 (round 1, Equal(0.0003)) after step 17 of 42, before there was anything to choose from. "
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
        RateTrial[] trials = [Trial(1, Default, 0.5), Trial(1, "Equal(0.00015)", 0.6), Trial(1, "Equal(0.0006)", 0.7), Trial(2, Default, null)];

        Assert.AreEqual("Equal(0.00015)", Best(trials));
        Assert.AreEqual("Equal(0.0006)", Best([.. trials, Trial(2, "Equal(0.0006)", 0.9)]));
    }

    [TestMethod]
    [DataRow(-0.021, "Equal(0.0006)")]
    [DataRow(-0.02, Default)]
    [DataRow(-0.019, Default)]
    public void Best_OtherRuleBelowTheDefault_MustBeSoByTwoStandardErrors(double over, string chosen)
    {
        RateTrial[] trials = [Trial(1, Default, 0.5) with { OverDefault = 0, OverDefaultError = 0 }, Trial(1, "Equal(0.0006)", 0.5 + over) with { OverDefault = over, OverDefaultError = 0.01 }];

        Assert.AreEqual(chosen, Best(trials));
    }

    [TestMethod]
    [DataRow("Equal(0.0006)", 320, "Equal(0.0006)")]
    [DataRow("Equal(0.0006)", 321, "Equal(0.00015)")]
    [DataRow("Equal(0.00015)", 321, "Equal(0.00015)")]
    public void Best_TrainingMuchLongerThanItsTrials_TakesNoHigherRateThanTheDefault(string lowest, int trainingSteps, string chosen)
    {
        RateTrial Other(string rates) => Trial(1, rates, 0.4) with { LogLoss = rates == lowest ? 0.4 : 0.41, OverDefault = rates == lowest ? -0.1 : -0.09, OverDefaultError = 0.01 };
        RateTrial[] trials = [Trial(1, Default, 0.5) with { OverDefault = 0, OverDefaultError = 0 }, Other("Equal(0.0006)"), Other("Equal(0.00015)")];

        Assert.AreEqual(chosen, Best(trials, trainingSteps));
    }

    [TestMethod]
    public void Best_DefaultOutInTrialsFarTooShort_TakesTheLowestLoss()
    {
        RateTrial[] trials = [Trial(1, Default, null), Trial(1, "Equal(0.00015)", 0.6), Trial(1, "Equal(0.0006)", 0.5)];

        Assert.AreEqual("Equal(0.0006)", Best(trials, trainingSteps: 10_000));
    }

    [TestMethod]
    public void PairedDifference_KnownLosses_HasMeanAndStandardError()
    {
        // Differences 1, 3, 2 and 6: mean 3, sum of squares about it 14.
        var found = PairedDifference.Of([2, 5, 4, 10], [1, 2, 2, 4]);

        Assert.AreEqual(3, found.Mean, 1e-12);
        Assert.AreEqual(Math.Sqrt(14.0 / 3 / 4), found.Error, 1e-12);
    }

    private static string Best(IReadOnlyList<RateTrial> trials, int trainingSteps = RateSearchSetup.TrainingSteps) =>
        RateSearch.Best(trials, RateSearchSetup.Candidates, trainingSteps).Description;

    private static RateTrial Trial(int round, string rates, double? loss) => new(round, rates, 20, loss, OverDefault: null, OverDefaultError: null);

    private static RateSearchSetup InTwoSeconds(ManualClock clock, Func<int, int, TimeSpan> step) => new()
    {
        Budget = RateSearchBudget.InSeconds(2),
        Time = clock,
        OnStep = (session, number) => clock.Advance(step(session, number)),
        OnScore = () => clock.Advance(Scoring),
    };
}
