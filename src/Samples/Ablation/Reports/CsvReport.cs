using System.Globalization;
using System.Text;

namespace Ablation.Reports;

/// <summary>The tables as comma-separated values, one row for each method and rank: means, standard deviations, in full precision.</summary>
internal static class CsvReport
{
    public static string Of(Report report)
    {
        var text = new StringBuilder();
        IEnumerable<string> names = FigureColumn.All.SelectMany(column => new[] { column.Name, $"{column.Name}_sd" });
        AppendLine(text, ["table", "method", "title", "rank", "seeds", "measured", "diverged", .. names]);
        foreach ((string table, ReportRow row) in report.Main.Select(row => ("methods", row)).Concat(report.Sweep.Select(row => ("ranks", row))))
        {
            IEnumerable<string> figures = FigureColumn.All.Select(row.Of).SelectMany(spread => new[] { Number(spread?.Mean), Number(spread?.Deviation) });
            AppendLine(text, [table, row.Method.Name, row.Method.Title, $"{row.Rank}", $"{row.Seeds}", $"{row.Measured.Count}", $"{row.Diverged}", .. figures]);
        }

        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, IEnumerable<string> fields) => text.AppendJoin(',', fields.Select(Quoted)).Append('\n');

    private static string Quoted(string field) => field.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private static string Number(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
