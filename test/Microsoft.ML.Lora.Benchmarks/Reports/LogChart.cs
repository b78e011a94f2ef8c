using System.Text;

namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>One chart of pairs per second, both axes logarithmic.</summary>
/// <param name="title">What is drawn.</param>
/// <param name="axis">The horizontal axis's name.</param>
/// <param name="series">The lines; all numbers are positive.</param>
internal sealed class LogChart(string title, string axis, IReadOnlyList<LogChart.Series> series)
{
    /// <summary>Width with margins.</summary>
    public const int Width = 340;

    /// <summary>Height with margins.</summary>
    public const int Height = 270;

    private const int Left = 62;
    private const int Right = 18;
    private const int Top = 34;
    private const int Bottom = 48;

    /// <summary>A line.</summary>
    /// <param name="Style">Its classes.</param>
    /// <param name="HasMarks">Whether its points are marked.</param>
    /// <param name="Points">From left to right.</param>
    public sealed record Series(string Style, bool HasMarks, IReadOnlyList<(double X, double Y)> Points);

    /// <summary>Draws it.</summary>
    /// <param name="svg">Appended to.</param>
    /// <param name="left">Where its left edge is.</param>
    /// <param name="top">Where its upper edge is.</param>
    public void Draw(StringBuilder svg, int left, int top)
    {
        (double X, double Y)[] all = [.. series.SelectMany(line => line.Points)];
        double[] ticks = [.. all.Select(point => point.X).Distinct().Order()];
        (double lowest, double highest) = (all.Min(point => point.Y) / 1.15, all.Max(point => point.Y) * 1.15);
        svg.Append($"<g transform=\"translate({left} {top})\">\n<text class=\"title\" x=\"{Left}\" y=\"20\">{title}: pairs/s</text>\n");
        double lastLabel = double.NegativeInfinity;
        foreach (double tick in ticks)
        {
            double x = Across(tick, ticks);
            svg.Append($"<path class=\"grid\" d=\"M{x:0.0} {Top}V{Height - Bottom}\"/>");
            if (x - lastLabel > 24)
            {
                svg.Append($"<text x=\"{x:0.0}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\">{tick}</text>\n");
                lastLabel = x;
            }
        }

        foreach (double tick in RoundNumbers(lowest, highest))
        {
            double y = Up(tick, lowest, highest);
            svg.Append($"<path class=\"grid\" d=\"M{Left} {y:0.0}H{Width - Right}\"/>");
            svg.Append($"<text x=\"{Left - 6}\" y=\"{y + 4:0.0}\" text-anchor=\"end\">{tick:#,0.##}</text>\n");
        }

        svg.Append($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">{axis}</text>\n");
        foreach (Series line in series.Where(line => line.Points.Count > 0))
        {
            IEnumerable<string> places = line.Points.Select(point => $"{Across(point.X, ticks):0.0},{Up(point.Y, lowest, highest):0.0}");
            svg.Append($"<polyline class=\"{line.Style}\" points=\"{string.Join(' ', places)}\"/>\n");
            foreach ((double x, double y) in line.HasMarks ? line.Points : [])
            {
                svg.Append($"<circle class=\"{line.Style}\" cx=\"{Across(x, ticks):0.0}\" cy=\"{Up(y, lowest, highest):0.0}\" r=\"2.5\"/>");
            }
        }

        svg.Append("</g>\n");
    }

    private static double Across(double value, double[] ticks)
    {
        double part = ticks.Length == 1 ? 0.5 : Math.Log(value / ticks[0]) / Math.Log(ticks[^1] / ticks[0]);
        return Left + 8 + (part * (Width - Left - Right - 16));
    }

    private static double Up(double value, double lowest, double highest) =>
        Height - Bottom - (Math.Log(value / lowest) / Math.Log(highest / lowest) * (Height - Top - Bottom));

    /// <summary>Round numbers in a range: the wider it is, the rounder.</summary>
    private static IEnumerable<double> RoundNumbers(double lowest, double highest)
    {
        double[] steps = (highest / lowest) switch
        {
            > 300 => [1],
            > 8 => [1, 2, 5],
            _ => [1, 1.5, 2, 3, 4, 5, 7],
        };
        return
            from power in Enumerable.Range((int)Math.Floor(Math.Log10(lowest)), 2 + (int)Math.Ceiling(Math.Log10(highest / lowest)))
            from step in steps
            let number = step * Math.Pow(10, power)
            where number >= lowest && number <= highest
            select number;
    }
}
