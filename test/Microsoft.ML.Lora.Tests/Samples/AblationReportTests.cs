using System.Xml.Linq;
using Ablation;
using Ablation.Cells;
using Ablation.Methods;
using Ablation.Pairs;
using Ablation.Reports;
using Ablation.Reports.Charts;
using Microsoft.ML.Lora.Tests.Storage;

namespace Microsoft.ML.Lora.Tests.Samples;

/// <summary>The Ablation sample's arithmetic over seeds, its tables and its page.</summary>
[TestClass]
public sealed class AblationReportTests
{
    private const double Rounding = 1e-12;
    private static readonly PairSet Pairs = PairSet.Load(new MLContext(), PairSource.Support(mostPairs: 64));

    [TestMethod]
    public void Spread_OfValues_IsMeanAndSampleDeviation()
    {
        Spread spread = Spread.Of([1, 2, 3, 4])!;

        Assert.AreEqual(2.5, spread.Mean, Rounding);
        Assert.AreEqual(Math.Sqrt(5.0 / 3), spread.Deviation!.Value, Rounding);
        Assert.AreEqual(new Spread(7, null, 1), Spread.Of([7]));
        Assert.IsNull(Spread.Of([]));
    }

    [TestMethod]
    public void Show_FigureAndDifference_HaveDeviationAndSign()
    {
        FigureColumn accuracy = FigureColumn.Named("accuracy");

        Assert.AreEqual("0.750 ± 0.010", accuracy.Show(new Spread(0.75, 0.01, 2)));
        Assert.AreEqual("−0.750", accuracy.Show(new Spread(-0.75, null, 1)));
        Assert.AreEqual("33,282", FigureColumn.Named("trained_parameters").Show(new Spread(33282, 0, 3)));
        Assert.AreEqual("+0.010 ± 0.000", accuracy.ShowDifference(new Spread(0.01, 0, 2)));
        Assert.AreEqual("−0.010", accuracy.ShowDifference(new Spread(-0.01, null, 1)));
        Assert.AreEqual("0.000", accuracy.ShowDifference(new Spread(-0.0001, null, 1)));
    }

    [TestMethod]
    public void Row_DivergedAndMissingCells_AreToldAndLeftOut()
    {
        ReportRow row = Row("plain", [(1, 0.7), (2, null)], seeds: 3);

        Assert.AreEqual("1 of 3, 1 diverged", row.SeedsNote);
        Assert.AreEqual("0.700", row.Show(FigureColumn.Named("accuracy")));
        Assert.AreEqual("diverged", Row("plain", [(1, null)], seeds: 1).Show(FigureColumn.Named("accuracy")));
        Assert.AreEqual("–", Row("plain", [], seeds: 1).Show(FigureColumn.Named("accuracy")));
    }

    [TestMethod]
    public void Difference_OfRows_IsTakenSeedBySeed()
    {
        ReportRow ours = Row("ours", [(1, 0.8), (2, 0.7), (3, 0.9)], seeds: 3);
        ReportRow plain = Row("plain", [(2, 0.6), (1, 0.7), (3, null)], seeds: 3);

        Spread difference = plain.Difference(ours, FigureColumn.Named("accuracy"))!;

        Assert.AreEqual(-0.1, difference.Mean, Rounding);
        Assert.AreEqual(0, difference.Deviation!.Value, Rounding);
        Assert.AreEqual(2, difference.Count);
    }

    [TestMethod]
    public void Ticks_OfAnAxis_AreRoundAndWithinIt()
    {
        Assert.AreSequenceEqual(["0", "50", "100"], Labels(Axis.Linear("", [0, 140], room: 0.02)));
        Assert.AreSequenceEqual(["0.7", "0.75", "0.8"], Labels(Axis.Linear("", [0.68, 0.82], room: 0)));
        Assert.AreSequenceEqual(["1", "2", "4", "8", "16", "32", "64"], Labels(Axis.Logarithmic("", [1, 64], isBinary: true)));
        Assert.AreSequenceEqual(["1e−4", "1e−3", "1e−2"], Labels(Axis.Logarithmic("", [0, 9e-5, double.NaN, 9e-3], isBinary: false)));
        Assert.IsNotEmpty(Axis.Linear("", [0.5, 0.5]).Ticks);
        Assert.IsNotEmpty(Axis.Linear("", []).Ticks);
        Assert.IsNotEmpty(Axis.Logarithmic("", [1, 1], isBinary: true).Ticks);
    }

    [TestMethod]
    public void Table_OfText_PutsFiguresToTheRight() => Assert.AreEqual(
        """
        | method |           ACC |  seeds |
        | ------ | ------------: | -----: |
        | Ours   | 0.750 ± 0.010 |      2 |
        | Plain  |             – | 1 of 2 |

        """.ReplaceLineEndings("\n"),
        MarkdownReport.Table([["method", "ACC", "seeds"], ["Ours", "0.750 ± 0.010", "2"], ["Plain", "–", "1 of 2"]]));

    [TestMethod]
    public void Report_OfFinishedDivergedAndMissingCells_IsWrittenWhole()
    {
        using var folder = new TemporaryFolder();
        Settings settings = AblationSettings.Of("--output", folder.Path, "--methods", "ours,plain,full", "--ranks", "1,8", "--seeds", "1,2");
        var plan = new CellPlan(settings, "mini", Pairs.Digest);
        Write(plan, "ours, rank 8, seed 1", 0.8);
        Write(plan, "ours, rank 8, seed 2", 0.7);
        Write(plan, "plain, rank 8, seed 1", 0.6);
        Write(plan, "full, seed 1", accuracy: null);

        OutputFolder.Write(settings.Output, Report.Of(settings, plan, Pairs, "the <command>"));

        string markdown = Read(folder, "ablation.md");
        StringAssert.Contains(markdown, "4 of 10 trainings are finished; the same command goes on with the others.");
        StringAssert.Contains(markdown, "| Ours             | 0.750 ± 0.071 |");
        StringAssert.Contains(markdown, "1 diverged");
        StringAssert.Contains(markdown, ": Stopped: not finite.");
        StringAssert.Contains(Read(folder, "ablation.csv"), "\nmethods,plain,Plain LoRA,8,2,1,0,0.6,,");
        StringAssert.Contains(Read(folder, "ablation.json"), "\"plannedCells\": 10");
        string page = Read(folder, "ablation.html");
        Assert.IsFalse(new[] { "http", "src=", "<script", "@import", "url(" }.Any(page.Contains), "the page needs more than itself");
        StringAssert.Contains(page, "<code>the &lt;command&gt;</code>");
        XDocument[] pictures = [.. page.Split("<svg").Skip(1).Select(part => XDocument.Parse("<svg" + part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + 6)]))];
        Assert.IsGreaterThan(10, pictures.Length);
        Assert.IsTrue(pictures.All(picture => picture.Root!.Attribute("aria-label") is not null || picture.Root.Attribute("aria-hidden") is not null));
        Assert.IsFalse(page.Contains("NaN", StringComparison.Ordinal), "a number that is none is shown");
    }

    private static void Write(CellPlan plan, string title, double? accuracy)
    {
        Cell cell = plan.Cells.Single(cell => cell.Title == title);
        ResultOf(cell.Settings, accuracy).Write(cell.Path);
    }

    private static CellResult ResultOf(CellSettings settings, double? accuracy) => accuracy is { } value
        ? AblationCellTests.ResultOf(settings, value)
        : AblationCellTests.ResultOf(settings) with { Figures = null, Divergence = "Stopped: not finite." };

    private static ReportRow Row(string method, (int Seed, double? Accuracy)[] cells, int seeds) => new(
        MethodList.Of(method), 8, seeds,
        [.. cells.Select(cell => ResultOf(CellSettings.Of(AblationSettings.Of(), MethodList.Of(method), 8, cell.Seed, "mini", "data"), cell.Accuracy))]);

    private static string Read(TemporaryFolder folder, string name) => File.ReadAllText(Path.Combine(folder.Path, name));

    private static IEnumerable<string> Labels(Axis axis) => axis.Ticks.Select(axis.Label);
}
