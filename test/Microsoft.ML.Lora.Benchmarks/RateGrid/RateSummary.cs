using System.Text;
using Microsoft.ML.Lora.Benchmarks.Reports;

namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>Results as tables: every rule in every setting, and each rule beside the best plain LoRA of each setting.</summary>
internal sealed class RateSummary
{
    private const string Plain = "equal:";

    private readonly bool _byDev;
    private readonly IGrouping<string, RateResult>[] _settings;
    private readonly Dictionary<string, RateResult[]> _best;

    /// <param name="results">All results.</param>
    /// <param name="byDev">Whether to show dev; else what settings are chosen by and nothing of dev, so that dev is read once at the end.</param>
    public RateSummary(IReadOnlyList<RateResult> results, bool byDev)
    {
        _byDev = byDev;
        _settings = [.. results.GroupBy(result => result.Cell.Setting).OrderBy(group => group.Key, StringComparer.Ordinal)];
        _best = _settings.Where(setting => setting.Any(IsPlain)).ToDictionary(setting => setting.Key, BestPlain);
    }

    private string On => _byDev ? "dev" : "validation";

    /// <summary>The tables.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"## Against the best plain LoRA of each setting\n\nDifference of ACC on {On} in points, paired by seed: mean ± standard error; "
            + "the plain rate is chosen on validation. t is the difference in standard errors.\n\n");
        text.Append(Comparison());
        foreach (IGrouping<string, RateResult> setting in _settings)
        {
            text.Append($"\n## {setting.Key}\n\n{TableOf(setting)}");
        }

        return text.ToString();
    }

    private static bool IsPlain(RateResult result) => result.Cell.Rule.StartsWith(Plain, StringComparison.Ordinal);

    /// <summary>The runs of the plain rate with the highest mean accuracy on validation, a failed run counted as it decides.</summary>
    private static RateResult[] BestPlain(IEnumerable<RateResult> setting) =>
        [.. setting.Where(IsPlain).GroupBy(result => result.Cell.Rule).OrderByDescending(group => group.Average(result => result.Validation?.Accuracy ?? 0)).First()];

    private string Comparison()
    {
        string[] settings = [.. _best.Keys.Order(StringComparer.Ordinal)];
        var table = new MarkdownTable(["rule", "mean", "worst t", "failed", .. settings]);
        table.Add(["best plain LoRA, ACC", .. new string?[3], .. settings.Select(setting => $"{100 * _best[setting].Average(Accuracy):0.00} ({_best[setting][0].Cell.Rule[Plain.Length..]})")]);
        IEnumerable<(double Mean, string?[] Cells)> rows = _settings.SelectMany(setting => setting).GroupBy(result => result.Cell.Rule).Select(rule =>
        {
            (double Mean, double Error)?[] found = [.. settings.Select(setting => Difference(rule.Where(result => result.Cell.Setting == setting), _best[setting]))];
            double mean = found.Any(one => one is not null) ? found.Average(one => one?.Mean) ?? double.NaN : double.NaN;
            double worst = found.Min(one => one is { Error: > 0 } both ? both.Mean / both.Error : null) ?? double.NaN;
            return (mean, (string?[])
            [
                rule.Key, Number(mean, "0.00"), Number(worst, "0.0"), $"{rule.Count(result => result.Failed)}/{rule.Count()}",
                .. found.Select(one => one is { } both ? $"{both.Mean:+0.00;-0.00} ± {both.Error:0.00}" : ""),
            ]);
        });
        foreach ((_, string?[] cells) in rows.OrderByDescending(row => row.Mean))
        {
            table.Add(cells);
        }

        return table.ToString();
    }

    /// <summary>Mean and standard error of the differences of seeds that both have, in points; <see langword="null"/> where there are none.</summary>
    private (double Mean, double Error)? Difference(IEnumerable<RateResult> results, RateResult[] best)
    {
        double[] differences =
        [
            .. results.Join(best, result => result.Cell.Seed, plain => plain.Cell.Seed, (result, plain) => 100 * (Accuracy(result) - Accuracy(plain))),
        ];
        return differences.Length == 0 ? null : (differences.Average(), Deviation(differences) / Math.Sqrt(differences.Length));
    }

    /// <summary>0 for what diverged, which decides nothing.</summary>
    private double Accuracy(RateResult result) => Figures(result)?.Accuracy ?? 0;

    private ValidationMetrics? Figures(RateResult result) => _byDev ? result.Dev : result.Validation;

    /// <summary>Every rule of a setting, on the pairs that are compared on and no others.</summary>
    private string TableOf(IEnumerable<RateResult> setting)
    {
        var table = new MarkdownTable("rule", "seeds", "failed", $"{On} ACC", $"{On} F1", $"{On} MCC", $"{On} log-loss", "c", "ratio", "s");
        foreach (IGrouping<string, RateResult> rule in setting.GroupBy(result => result.Cell.Rule).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            RateResult[] ended = [.. rule.Where(result => !result.Diverged)];
            ValidationMetrics[] figures = [.. ended.Select(result => Figures(result)!)];
            table.Add(
                rule.Key, $"{rule.Count()}", $"{rule.Count(result => result.Failed)}",
                Spread(figures.Select(figure => 100 * figure.Accuracy)), Spread(figures.Select(figure => 100 * figure.F1)),
                Spread(figures.Select(figure => 100 * figure.MatthewsCorrelation)), Spread(figures.Select(figure => figure.LogLoss), "0.0000"),
                ended.Length == 0 ? "" : $"{ended.Average(result => result.Rates[^1].Rate):0.0e+0}",
                ended.Length == 0 ? "" : Show.Number(ended.Average(result => result.Rates[^1].Ratio)),
                $"{rule.Average(result => result.Seconds):0}");
        }

        return table.ToString();
    }

    /// <summary>Empty where there is nothing to compare with.</summary>
    private static string Number(double value, string format) => double.IsNaN(value) ? "" : value.ToString(format);

    private static string Spread(IEnumerable<double> values, string format = "0.00")
    {
        double[] all = [.. values];
        return all.Length == 0 ? "" : $"{all.Average().ToString(format)} ± {Deviation(all).ToString(format)}";
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return values.Length < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
