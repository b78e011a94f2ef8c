using System.Text;
using Microsoft.ML.Lora.Benchmarks.Measuring;

namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>Ways of scoring side by side, and their paired differences from temperature scaling.</summary>
internal static class CalibrationTable
{
    private static readonly (string Name, Func<CalibrationFigures, double> Of)[] Columns =
    [
        ("ACC", figures => figures.Accuracy),
        ("F1", figures => figures.F1),
        ("MCC", figures => figures.MatthewsCorrelation),
        ("log-loss", figures => figures.LogLoss),
        ("ECE", figures => figures.CalibrationError),
    ];

    /// <summary>A table of means ± standard deviations over seeds, and one of differences ± standard errors, for each pair of domains.</summary>
    public static string Of(IReadOnlyList<CalibrationPoint> points)
    {
        var text = new StringBuilder();
        foreach (IGrouping<(string Train, string Test), CalibrationPoint> domains in points.GroupBy(point => (point.Train, point.Test)))
        {
            int seeds = domains.Select(point => point.Seed).Distinct().Count();
            string where = domains.Key.Train == domains.Key.Test ? "in domain" : "out of domain";
            text.Append($"## Trained on {domains.Key.Train}, tested on {domains.Key.Test} ({where}), {seeds} seeds\n\n");
            text.Append($"Mean ± standard deviation:\n\n{Table(domains, Spread)}\n");
            text.Append($"Less {ScoringWay.Rival}, seed by seed, mean ± standard error:\n\n{Table(domains, (way, column) => Difference(way, domains, column))}\n");
        }

        return text.ToString();
    }

    private static MarkdownTable Table(
        IEnumerable<CalibrationPoint> points, Func<IReadOnlyList<CalibrationPoint>, Func<CalibrationFigures, double>, string> cell)
    {
        var table = new MarkdownTable(["score", .. Columns.Select(column => column.Name)]);
        foreach (IGrouping<string, CalibrationPoint> way in points.GroupBy(point => point.Score))
        {
            table.Add([way.Key, .. Columns.Select(column => cell([.. way], column.Of))]);
        }

        return table;
    }

    private static string Spread(IReadOnlyList<CalibrationPoint> way, Func<CalibrationFigures, double> column) =>
        Show.MeanAndSpread([.. way.Select(point => column(point.Figures))], perMean: false);

    private static string Difference(
        IReadOnlyList<CalibrationPoint> way, IEnumerable<CalibrationPoint> all, Func<CalibrationFigures, double> column)
    {
        Dictionary<int, double> rival = all.Where(point => point.Score == ScoringWay.Rival).ToDictionary(point => point.Seed, point => column(point.Figures));
        return Show.MeanAndSpread([.. way.Select(point => column(point.Figures) - rival[point.Seed])], perMean: true);
    }
}
