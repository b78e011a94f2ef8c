using System.Text;

namespace Ablation.Reports;

/// <summary>The report as Markdown.</summary>
internal static class MarkdownReport
{
    public static string Of(Report report)
    {
        var text = new StringBuilder();
        text.Append($"# Ablation on {report.Title}\n\n{ReportText.Setting(report)} {ReportText.Progress(report)}\n\n");
        foreach ((string name, string value) in report.Facts)
        {
            text.Append($"- {name}: {(name == "command" ? $"`{value}`" : value)}\n");
        }

        text.Append($"\n## Methods\n\n{Table(TableText.Methods(report))}\n{ReportText.Main}\n");
        if (TableText.Differences(report) is { } differences)
        {
            text.Append($"\n## Against ours\n\n{Table(differences)}\n{ReportText.Differences}\n");
        }

        if (report.Sweep.Count > 0)
        {
            text.Append($"\n## Ranks\n\n{Table(TableText.Sweep(report))}\n{ReportText.Sweep}\n");
        }

        text.Append($"\n## What the rows are\n\n{Table(TableText.Rows(report))}");
        if (report.Warnings.Count > 0)
        {
            text.Append("\n## Warnings\n\n").AppendJoin("", report.Warnings.Select(warning => $"- {warning.ReplaceLineEndings(" ")}\n"));
        }

        return text.ToString();
    }

    /// <summary>A table of text, the first row of which is the header; columns of figures stand to the right.</summary>
    public static string Table(IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => Math.Max(3, rows.Max(row => row[column].Length)))];
        bool[] right = [.. Enumerable.Range(0, widths.Length).Select(column => rows.Skip(1).Any(row => row[column].AsSpan().TrimStart("+−") is [>= '0' and <= '9', ..]))];
        IEnumerable<string> rules = widths.Select((width, column) => right[column] ? new string('-', width - 1) + ":" : new string('-', width));
        var text = new StringBuilder();
        foreach (IEnumerable<string> cells in rows.Take(1).Select(row => row.Select(Padded)).Append(rules).Concat(rows.Skip(1).Select(row => row.Select(Padded))))
        {
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        return text.ToString();

        string Padded(string cell, int column) => right[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]);
    }
}
