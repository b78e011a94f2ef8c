using Ablation;
using Ablation.Cells;
using Ablation.Methods;
using Microsoft.ML.Lora.Tests.Storage;
using SampleConsole;

namespace Microsoft.ML.Lora.Tests.Samples;

/// <summary>What makes two cells of the Ablation sample the same, and what is kept of them.</summary>
[TestClass]
public sealed class AblationCellTests
{
    private static readonly CellSettings Cell = SettingsOf("ours", 8);

    [TestMethod]
    public void Key_SameSettings_IsTheSame()
    {
        Assert.AreEqual(Cell.Key(), SettingsOf("ours", 8).Key());
        StringAssert.Matches(Cell.Key(), new("^ours-r8-s1-[0-9a-f]{12}$"));
    }

    [TestMethod]
    public void Key_AnyOtherSetting_IsAnother()
    {
        string[] keys =
        [
            .. new[]
            {
                Cell, Cell with { Method = "plain" }, Cell with { Rank = 4 }, Cell with { Alpha = 4 }, Cell with { Layers = 1 }, Cell with { Bottleneck = 8 },
                Cell with { Rates = "x" }, Cell with { Score = "x" }, Cell with { Seed = 2 }, Cell with { Epochs = 9 }, Cell with { Batch = 9 },
                Cell with { MaxTokens = 9 }, Cell with { Encoder = "x" }, Cell with { Data = "x" }, Cell with { Threads = 2 },
            }.Select(cell => cell.Key()),
        ];

        Assert.HasCount(typeof(CellSettings).GetProperties().Count(property => property.Name != "EqualityContract") + 1, keys, "a setting is not in this test");
        Assert.AreSequenceEqual(keys, keys.Distinct());
    }

    [TestMethod]
    public void Key_MethodWithoutRank_DoesNotDependOnTheRank()
    {
        Assert.AreEqual(SettingsOf("full", 8).Key(), SettingsOf("full", 16).Key());
        Assert.AreNotEqual(SettingsOf("ours", 16).Key(), Cell.Key());
    }

    [TestMethod]
    public void Plan_SweepMeetsARow_HasItsCellOnce()
    {
        var plan = new CellPlan(AblationSettings.Of("--methods", "ours,full", "--ranks", "4,8", "--seeds", "1,2"), "mini", "data");

        Assert.AreSequenceEqual(
            ["ours, rank 8, seed 1", "full, seed 1", "ours, rank 4, seed 1", "ours, rank 8, seed 2", "full, seed 2", "ours, rank 4, seed 2"],
            plan.Cells.Select(cell => cell.Title));
    }

    [TestMethod]
    public void Options_EveryMethod_IsAccepted()
    {
        Settings settings = AblationSettings.Of("--rank", "4", "--bottleneck", "8");
        var plan = new CellPlan(settings, "mini", "data");

        foreach (Cell cell in plan.Cells)
        {
            _ = new LoraSentencePairTrainer(new MLContext(), CellTraining.Options(cell.Settings, settings.Encoder, plan.RequestOf(cell, "").Rates));
        }

        Assert.HasCount(3 * (9 + 6 + 6), plan.Cells);
    }

    [TestMethod]
    public void Rates_OfARow_AreThoseOfTheRowItFollows()
    {
        Settings settings = AblationSettings.Of("--rates", "ours=adaptive,8e-3", "--rates", "plain=equal,1e-3");

        Assert.AreEqual(AdapterRates.Adaptive(8e-3f).Description, settings.RulesOf(MethodList.Of("no-density")).Description);
        Assert.AreEqual(AdapterRates.Equal(1e-3f).Description, settings.RulesOf(MethodList.Of("no-rates")).Description);
    }

    [TestMethod]
    [DataRow("ours", AdaptationMethod.LowRank)]
    [DataRow("full", AdaptationMethod.FullFineTuning)]
    [DataRow("last", AdaptationMethod.LastLayers)]
    public void Rates_UnlessGiven_AreTheLibrarysDefault(string method, AdaptationMethod adaptation)
    {
        AdapterRateRule usual = new LoraSentencePairOptions { Adaptation = adaptation }.ToOptimizerPlan().Rates;

        Assert.AreEqual(usual.Description, AblationSettings.Of().RulesOf(MethodList.Of(method)).Description);
    }

    [TestMethod]
    public void Result_WrittenAndRead_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "cells", "a.json");
        CellResult result = ResultOf(Cell) with { Losses = [new CurvePoint(3, double.NaN)] };

        result.Write(path);

        CellResult read = CellResult.Read(path);
        Assert.AreEqual(result.Settings, read.Settings);
        Assert.AreEqual(result.Facts, read.Facts);
        Assert.AreEqual(result.Losses[0], read.Losses[0]);
        Assert.AreEqual(result.Rates[0].Points[0], read.Rates[0].Points[0]);
        Assert.AreEqual(result.Figures!.Reliability[0], read.Figures!.Reliability[0]);
        Assert.AreSequenceEqual(result.Figures.Confusion[1], read.Figures.Confusion[1]);
        Assert.AreSequenceEqual(["a.json"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
    }

    [TestMethod]
    public void ResultOf_HalfAFile_SaysSo()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "a.json");
        File.WriteAllText(path, "{\"settings\":");

        string message = Assert.ThrowsExactly<InvalidDataException>(() => CellPlan.ResultOf(new Cell(Cell, path))).Message;

        StringAssert.StartsWith(message, $"{path} is no result of a cell: ", StringComparison.Ordinal);
        StringAssert.EndsWith(message, "Delete it, and the cell is run again.", StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow("--methods ours,best", "--methods: 'best' is no method. There are ours, no-rates, no-low-rank, no-density, plain, full, last, adapter-h, adapter-l.")]
    [DataRow("--ranks 1,0", "--ranks: '0' is no whole number of at least 1.")]
    [DataRow("--rank 0", "--rank must be at least 1, but is 0.")]
    [DataRow("--train a.tsv", "--train and --test go together, and --validation needs both; without any of them the support questions are used.")]
    [DataRow("--rates best=adaptive", "--rates 'best=adaptive' must be METHOD=RULE, with one of ours, plain, full, last, adapter-h, adapter-l before the sign; the other rows follow these.")]
    public void CommandLine_WrongValue_SaysWhatIsAllowed(string arguments, string message) => Assert.AreEqual(message, AblationSettings.FaultOf(arguments.Split(' ')));

    /// <summary>A result with made-up figures.</summary>
    internal static CellResult ResultOf(CellSettings settings, double accuracy = 0.75) => new()
    {
        Settings = settings,
        Facts = RunFacts.Collect(TimeProvider.System) with { Date = new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero) },
        Command = "command",
        Jobs = 2,
        Divergence = null,
        Warnings = [],
        Losses = [new CurvePoint(1, 0.7), new CurvePoint(2, 0.6)],
        Validations = [new ValidationPoint(2, new ValidationMetrics(0.6, 0.7, 0.6, 0.4))],
        Rates = [new RateTrajectory("encoder.layer.0.attention.self.query", [new RatePoint(1, 0, 0), new RatePoint(2, 1e-3, 4e-3)])],
        Matching = null,
        Figures = new CellFigures
        {
            Accuracy = accuracy,
            F1 = 0.7,
            MacroF1 = 0.7,
            WeightedF1 = 0.7,
            Mcc = 0.5,
            Precision = 0.8,
            Recall = 0.6,
            LogLoss = 0.5,
            CalibrationError = 0.04,
            BrierScore = 0.2,
            AreaUnderRocCurve = 0.8,
            TrainedParameters = 33_282,
            SecondsPerEpoch = 12.34,
            PeakBytes = 200_000_000,
            Confusion = [[60, 40], [10, 90]],
            Reliability = [new ReliabilityBin(100, 0, 0.5, 0.3, 0.2), new ReliabilityBin(100, 0.5, 1, 0.8, 0.9)],
        },
    };

    private static CellSettings SettingsOf(string method, int rank) => CellSettings.Of(AblationSettings.Of(), MethodList.Of(method), rank, seed: 1, "mini", "data");
}
