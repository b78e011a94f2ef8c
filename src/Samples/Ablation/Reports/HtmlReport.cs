using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.ML.Lora;

namespace Ablation.Reports;

/// <summary>The report as one HTML page that needs nothing but itself: no script, no network.</summary>
internal static class HtmlReport
{
    public static string Of(Report report)
    {
        var page = new StringBuilder();
        page.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Ablation on {E(report.Title)}</title>
            <style>
            {Style()}
            </style>
            </head>
            <body>
            <header>
            <p class="kicker">LoraMl · ablation</p>
            <h1>What each part of the method is worth on {E(report.Title)}</h1>
            <p class="lead">{E(ReportText.Setting(report))}</p>
            <p class="progress">{E(ReportText.Progress(report))}</p>
            </header>
            <main>

            """);
        Section(page, "Methods", HtmlTable.Of(TableText.Methods(report), "Figures of each method", BestRows(report.Main), ruleBefore: FirstBaseline(report)), ReportText.Main
            + " In bold: the best mean of a column, however small its lead.");
        if (TableText.Differences(report) is { } differences)
        {
            Section(page, "Against ours", HtmlTable.Of(differences, "Differences to ours", (_, _) => false, ruleBefore: FirstBaseline(report) - 1), ReportText.Differences);
        }

        if (report.Cells.Count > 0)
        {
            AppendFigures(page, report);
        }

        Section(page, "What the rows are", HtmlTable.Of(TableText.Rows(report), "What the rows are", (_, _) => false, ruleBefore: null, isProse: true), "");
        if (report.Warnings.Count > 0)
        {
            page.Append("<section><h2>Warnings</h2><ul class=\"warnings\">").AppendJoin("", report.Warnings.Select(warning => $"<li>{E(warning)}</li>")).Append("</ul></section>\n");
        }

        page.Append("<section><h2>How it was measured</h2><dl>")
            .AppendJoin("", report.Facts.Select(fact => $"<dt>{E(fact.Name)}</dt><dd>{(fact.Name == "command" ? $"<code>{E(fact.Value)}</code>" : E(fact.Value))}</dd>"))
            .Append("</dl></section>\n</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void AppendFigures(StringBuilder page, Report report)
    {
        Append(page, CurveFigures.Methods(report), report);
        Append(page, CurveFigures.Learning(report), report);
        if (RateFigures.Of(report) is { } rates)
        {
            Append(page, rates, report);
        }

        if (report.Sweep.Count > 0)
        {
            Append(page, CurveFigures.Ranks(report), report);
            Section(page, "Figures of each rank", HtmlTable.Of(TableText.Sweep(report), "Figures of each rank", (_, _) => false, ruleBefore: null), ReportText.Sweep);
        }

        if (report.Main.Any(row => row.Measured.Count > 0))
        {
            Append(page, DecisionFigures.Reliability(report), report);
            Append(page, DecisionFigures.Confusion(report), report);
        }
    }

    private static void Section(StringBuilder page, string title, string body, string note)
    {
        page.Append($"<section><h2>{E(title)}</h2>{body}");
        if (note.Length > 0)
        {
            page.Append($"<p class=\"note\">{E(note)}</p>");
        }

        page.Append("</section>\n");
    }

    private static void Append(StringBuilder page, HtmlFigure figure, Report report)
    {
        page.Append($"<section><figure{(figure.IsDense ? " class=\"dense\"" : "")}><h2>{E(figure.Title)}</h2>");
        foreach (PictureGroup group in figure.Groups)
        {
            if (group.Name.Length > 0)
            {
                page.Append($"<h3>{E(group.Name)}</h3>");
            }

            if (group.Legend.Count > 0)
            {
                page.Append("<ul class=\"legend\">").AppendJoin("", group.Legend.Select(line =>
                    $"<li><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><line class=\"line\" {line.Style.Stroke} x1=\"0\" y1=\"5\" x2=\"26\" y2=\"5\"/></svg>{E(line.Name)}</li>")).Append("</ul>");
            }

            page.Append("<div class=\"panels\">").AppendJoin("", group.Pictures.Select(picture => $"<div class=\"panel\">{picture}</div>")).Append("</div>");
        }

        page.Append($"<figcaption>{E(figure.Caption)}<span class=\"source\"><code>{E(report.Command)}</code> {E(report.Source)}</span></figcaption></figure></section>\n");
    }

    /// <summary>For a row and a column of the main table, counted without their headers: whether no mean of that column is better.</summary>
    private static Func<int, int, bool> BestRows(IReadOnlyList<ReportRow> rows) => (row, number) =>
    {
        if (number >= FigureColumn.All.Count || FigureColumn.All[number] is not { Better: not 0 } column || rows.Count(other => other.Of(column) is not null) < 2)
        {
            return false;
        }

        double best = rows.Select(other => other.Of(column)).OfType<Spread>().Max(spread => column.Better * spread.Mean);
        return rows[row].Of(column) is { } mine && column.Show(mine.Mean) == column.Show(column.Better * best);
    };

    private static int? FirstBaseline(Report report)
    {
        int index = report.Main.ToList().FindIndex(row => row.Method.Adaptation != AdaptationMethod.LowRank);
        return index > 0 ? index : null;
    }

    private static string Style()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd();
    }

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
