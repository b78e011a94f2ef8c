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

    /// <summary>
    /// A table of means ± standard deviations over seeds, one of differences ± standard errors, and one of calibration errors of all seeds' pairs together, for each pair
    /// of domains.
    /// </summary>
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
            if (seeds > 1)
            {
                text.Append($"ECE on average over trainings (of all seeds' pairs together, so that what one is off by one way and another the other way cancels out), ± standard error by leaving out one seed at a time:\n\n{Together([.. domains])}\n");
            }
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

    private static MarkdownTable Together(CalibrationPoint[] points)
    {
        var table = new MarkdownTable(["score", "ECE", $"less {ScoringWay.Rival}"]);
        CalibrationPoint[] rival = [.. points.Where(point => point.Score == ScoringWay.Rival)];
        int[] seeds = [.. rival.Select(point => point.Seed)];
        double[] ofRival = [.. seeds.Select(seed => ErrorWithout(seed, rival)).Prepend(ErrorWithout(null, rival))];
        foreach (IGrouping<string, CalibrationPoint> way in points.GroupBy(point => point.Score))
        {
            double all = ErrorWithout(null, way);
            double[] differences = [.. seeds.Select((seed, i) => ErrorWithout(seed, way) - ofRival[i + 1])];
            double mean = differences.Average();
            double error = Math.Sqrt((seeds.Length - 1.0) / seeds.Length * differences.Sum(difference => (difference - mean) * (difference - mean)));
            table.Add([way.Key, Show.Fraction(all), $"{Show.Fraction(all - ofRival[0])} ± {Show.Fraction(error)}"]);
        }

        return table;
    }

    private static double ErrorWithout(int? seed, IEnumerable<CalibrationPoint> way) =>
        CalibrationFigures.CalibrationErrorTogether([.. way.Where(point => point.Seed != seed).Select(point => point.Figures)]);

    private static string Spread(IReadOnlyList<CalibrationPoint> way, Func<CalibrationFigures, double> column) =>
        Show.MeanAndSpread([.. way.Select(point => column(point.Figures))], perMean: false);

    private static string Difference(
        IReadOnlyList<CalibrationPoint> way, IEnumerable<CalibrationPoint> all, Func<CalibrationFigures, double> column)
    {
        Dictionary<int, double> rival = all.Where(point => point.Score == ScoringWay.Rival).ToDictionary(point => point.Seed, point => column(point.Figures));
        return Show.MeanAndSpread([.. way.Select(point => column(point.Figures) - rival[point.Seed])], perMean: true);
    }
}
