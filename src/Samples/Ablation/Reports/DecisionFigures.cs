using Ablation.Reports.Charts;

namespace Ablation.Reports;

/// <summary>The pictures of what was decided, and how surely.</summary>
internal static class DecisionFigures
{
    /// <summary>A reliability diagram for each method.</summary>
    public static HtmlFigure Reliability(Report report) => new(
        "Reliability",
        "Across: the predicted probability of a duplicate. Up: the share that are duplicates. Bins hold equally many test pairs; bin by bin the mean over seeds. "
        + "On the diagonal, probabilities can be taken at their word; the grey lines are what is missing.",
        [new PictureGroup("", [], [.. report.Main.Where(row => row.Measured.Count > 0).Select(row => ReliabilityChart.Draw(row.Method.Title, Bins(row), row.Of(FigureColumn.Named("ece"))!.Mean))])],
        IsDense: true);

    /// <summary>A confusion matrix for each method.</summary>
    public static HtmlFigure Confusion(Report report) => new(
        "Decisions",
        "Test pairs by what they are (rows) and what was decided (columns), summed over seeds; below each count, its share of the row.",
        [new PictureGroup("", [], [.. report.Main.Where(row => row.Measured.Count > 0).Select(row => ConfusionChart.Draw(row.Method.Title, Counts(row)))])],
        IsDense: true);

    private static IReadOnlyList<(double Probability, double Share)> Bins(ReportRow row) =>
    [
        .. row.Measured.SelectMany(cell => cell.Figures!.Reliability.Index())
            .GroupBy(bin => bin.Index, bin => bin.Item)
            .OrderBy(group => group.Key)
            .Select(group => (group.Average(bin => bin.MeanProbability), group.Average(bin => bin.PositiveShare))),
    ];

    private static double[][] Counts(ReportRow row) =>
        [.. Enumerable.Range(0, 2).Select(actual => (double[])[.. Enumerable.Range(0, 2).Select(decided => row.Measured.Sum(cell => cell.Figures!.Confusion[actual][decided]))])];
}
