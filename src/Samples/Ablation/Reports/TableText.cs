namespace Ablation.Reports;

/// <summary>The tables as rows of text, the first of which is the header; Markdown and HTML show the same.</summary>
internal static class TableText
{
    /// <summary>A row for each method.</summary>
    public static IReadOnlyList<string[]> Methods(Report report) =>
        [["method", .. FigureColumn.All.Select(column => column.Title), "seeds"], .. report.Main.Select(row => Figures(row.Method.Title, row))];

    /// <summary>A row for each method, narrow enough for a screen.</summary>
    public static IReadOnlyList<string[]> Summary(Report report) =>
    [
        ["method", .. FigureColumn.Compared.Select(column => column.Title), "seeds"],
        .. report.Main.Select(row => (string[])[row.Method.Title, .. FigureColumn.Compared.Select(row.Show), row.SeedsNote]),
    ];

    /// <summary>A row for each method and rank.</summary>
    public static IReadOnlyList<string[]> Sweep(Report report) =>
        [["method, rank", .. FigureColumn.All.Select(column => column.Title), "seeds"], .. report.Sweep.Select(row => Figures($"{row.Method.Title}, {row.Rank}", row))];

    /// <summary>How far each method is from ours, seed by seed; <see langword="null"/> where there is nothing to compare.</summary>
    public static IReadOnlyList<string[]>? Differences(Report report)
    {
        if (report.Ours is not { } ours || report.Main.Count < 2)
        {
            return null;
        }

        return
        [
            ["method", .. FigureColumn.Compared.Select(column => column.Title), "seeds"],
            .. report.Main.Where(row => row != ours).Select(row => (string[])
            [
                row.Method.Title,
                .. FigureColumn.Compared.Select(column => row.Difference(ours, column) is { } difference ? column.ShowDifference(difference) : "–"),
                $"{row.Difference(ours, FigureColumn.Compared[0])?.Count ?? 0}",
            ]),
        ];
    }

    /// <summary>What each row is.</summary>
    public static IReadOnlyList<string[]> Rows(Report report) =>
    [
        ["method", "name", "what it is", "learning rates", "score"],
        .. report.Main.Select(row => (string[])
        [
            row.Method.Title, row.Method.Name, row.Method.Purpose, report.RatesOf(row.Method), row.Method.IsDensityAware ? "density-aware" : "classifier",
        ]),
    ];

    private static string[] Figures(string title, ReportRow row) => [title, .. FigureColumn.All.Select(row.Show), row.SeedsNote];
}
