using Microsoft.ML.Lora.Tests.Storage;
using Microsoft.ML.Lora.Tests.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>A search for rates before training, from the options to the summary.</summary>
[TestClass]
public sealed class FittedRatesTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public void Fit_BudgetInSteps_TellsEveryTrialAndTrainsWithTheBest()
    {
        var progress = new ProgressList();

        TrainingSummary summary = _encoder.Train(_ml, Options(60) with { Progress = progress }).Summary;

        Assert.HasCount(3, summary.RateTrials);
        Assert.IsTrue(summary.RateTrials.All(trial => trial is { Round: 1, Steps: 20, LogLoss: > 0 }));
        Assert.AreEqual(AdapterRates.Adaptive().Description, summary.RateTrials[0].Rates);
        Assert.AreEqual(0, summary.RateTrials[0].OverDefault);
        RateTrial best = summary.RateTrials.MinBy(trial => trial.LogLoss)!;
        Assert.AreEqual(best.OverDefault < -2 * best.OverDefaultError ? best.Rates : AdapterRates.Adaptive().Description, summary.Rates);
        CollectionAssert.AreEqual(summary.RateTrials.ToArray(), progress.Reports.Take(3).Select(report => report.Trial).ToArray());
    }

    [TestMethod]
    public void Fit_SameSeed_FindsTheSameWithAnyThreads()
    {
        LoraSentencePairOptions options = Options(360) with { Epochs = 8 };
        TrainingSummary one = _encoder.Train(_ml, options with { Threads = 1 }).Summary;
        TrainingSummary three = _encoder.Train(_ml, options with { Threads = 3 }).Summary;

        Assert.HasCount(12, one.RateTrials);
        CollectionAssert.AreEqual(one.RateTrials.ToArray(), three.RateTrials.ToArray());
        Assert.AreEqual(one.Rates, three.Rates);
    }

    [TestMethod]
    public void Fit_GroupColumnAndValidationSet_KeepsGroupsWholeInTheSearch()
    {
        List<string> warnings = Warnings();
        LoraSentencePairOptions options = Options(60) with { GroupColumnName = "Group" };

        TrainingSummary summary = new LoraSentencePairTrainer(_ml, options).Fit(Row.Data(_ml, 40, pair => pair.Label, _ => "one"), TinyPairs.Data(_ml, 10, seed: 2)).Summary;

        Assert.HasCount(3, summary.RateTrials);
        Assert.Contains(
            "The search for rates divides the training pairs row by row, since all 40 are rows of the same 'Group'. "
            + "So pairs to judge by resemble pairs to learn from, which makes rates that learn by heart look good.",
            warnings);
    }

    [TestMethod]
    public void Fit_HeadAlone_TriesRatesAlone()
    {
        TrainingSummary summary = _encoder.Train(_ml, Options(60) with { Targets = LoraTargets.None }).Summary;

        CollectionAssert.AreEqual(new[] { "Equal(0.002)", "Equal(0.001)", "Equal(0.004)" }, summary.RateTrials.Select(trial => trial.Rates).ToArray());
    }

    [TestMethod]
    public void Fit_SymmetricPairs_Searches() =>
        Assert.IsTrue(_encoder.Train(_ml, Options(60) with { Symmetric = true }).Summary.RateTrials.All(trial => trial.LogLoss > 0));

    [TestMethod]
    public void Fit_FolderThatCannotBeWritten_IsFoundBeforeTheSearch()
    {
        var progress = new ProgressList();
        File.WriteAllText(_folder.File("file"), "");
        LoraSentencePairOptions options = Options(60) with { Checkpoints = new TrainingCheckpoints(_folder.File("file")), Progress = progress };

        IOException error = Assert.ThrowsExactly<IOException>(() => _encoder.Train(_ml, options));

        StringAssert.StartsWith(error.Message, "No checkpoint can be saved in ", StringComparison.Ordinal);
        Assert.IsEmpty(progress.Reports);
    }

    [TestMethod]
    public void Fit_CancelledRightAfterTheSearch_DoesNotSearchAgain()
    {
        using var source = new CancellationTokenSource();
        int trials = 0;
        LoraSentencePairOptions options = Options(60) with { Checkpoints = new TrainingCheckpoints(_folder.Path), CancellationToken = source.Token };
        var cancelling = new ProgressList { OnReport = report => Interruption.At(3, source)(report.Trial is null ? 0 : ++trials) };
        Assert.ThrowsExactly<OperationCanceledException>(() => _encoder.Train(_ml, options with { Progress = cancelling }));
        var progress = new ProgressList();
        var straight = new ProgressList();
        _encoder.Train(_ml, options with { Checkpoints = null, Progress = straight, CancellationToken = default });

        TrainingSummary resumed = _encoder.Train(_ml, options with { Progress = progress, CancellationToken = default }).Summary;

        Assert.IsTrue(progress.Reports.TrueForAll(report => report.Trial is null));
        Assert.HasCount(3, resumed.RateTrials);
        Assert.AreEqual(8, resumed.Steps);
        Assert.AreEqual(straight.Reports[^1].Loss, progress.Reports[^1].Loss);
    }

    [TestMethod]
    public void Fit_ResumedRun_TakesTheTrialsFromItsCheckpoint()
    {
        LoraSentencePairOptions options = Options(60) with { Checkpoints = new TrainingCheckpoints(_folder.Path) };
        TrainingSummary first = _encoder.Train(_ml, options).Summary;
        var progress = new ProgressList();

        TrainingSummary again = _encoder.Train(_ml, options with { Progress = progress }).Summary;

        CollectionAssert.AreEqual(first.RateTrials.ToArray(), again.RateTrials.ToArray());
        Assert.IsEmpty(progress.Reports);
    }

    [TestMethod]
    public void Fit_BudgetTooSmall_SaysWhatIsNeeded()
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => _encoder.Train(_ml, Options(10)));

        StringAssert.StartsWith(error.Message, "The search budget of 10 steps allows for 10 steps, but the smallest search, 3 trials of 20 steps, needs 60;", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Fit_BudgetInTimeThatStandsStill_SearchesWithinTheTraining()
    {
        LoraSentencePairOptions options = Options(60) with { Rates = AdapterRates.Fitted(RateSearchBudget.InSeconds(5)), TimeProvider = new ManualClock() };

        TrainingSummary summary = _encoder.Train(_ml, options).Summary;

        Assert.IsNotEmpty(summary.RateTrials);
    }

    [TestMethod]
    public void RateSearchBudget_OutOfRange_Throws()
    {
        Assert.AreEqual("steps", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => RateSearchBudget.InSteps(0)).ParamName);
        Assert.AreEqual("seconds", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => RateSearchBudget.InSeconds(double.NaN)).ParamName);
        Assert.AreEqual("budget", Assert.ThrowsExactly<ArgumentNullException>(() => AdapterRates.Fitted(null!)).ParamName);
    }

    [TestMethod]
    [DataRow(0f, 1e-3f, "tau")]
    [DataRow(-1f, 1e-3f, "tau")]
    [DataRow(float.NaN, 1e-3f, "tau")]
    [DataRow(1.5f, 1e-3f, "tau")]
    [DataRow(1e-3f, 0f, "rateOfHead")]
    public void Adaptive_OutOfRange_Throws(float tau, float rateOfHead, string parameter)
    {
        ArgumentOutOfRangeException error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => AdapterRates.Adaptive(tau, rateOfHead));

        Assert.AreEqual(parameter, error.ParamName);
        StringAssert.StartsWith(
            error.Message,
            parameter == "tau" ? "The share of itself that a weight moves by in a step must be above 0 and at most 1." : "A learning rate must be above 0 and at most 1.",
            StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(-1e-6f)]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void Riemannian_EpsilonOutOfRange_Throws(float epsilon)
    {
        ArgumentOutOfRangeException error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => AdapterRates.Riemannian(1e-3f, epsilon));

        Assert.AreEqual("epsilon", error.ParamName);
        StringAssert.StartsWith(error.Message, "Epsilon must be above 0 and finite.", StringComparison.Ordinal);
    }

    private List<string> Warnings()
    {
        var warnings = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(message.RawMessage);
            }
        };
        return warnings;
    }

    private LoraSentencePairOptions Options(int steps) => _encoder.Options with { Rates = AdapterRates.Fitted(RateSearchBudget.InSteps(steps)) };
}
