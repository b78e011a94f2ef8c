using System.Globalization;

namespace Ablation.Reports.Charts;

/// <summary>Lines over a common horizontal axis.</summary>
internal static class LineChart
{
    private const double Width = 340;
    private const double Height = 236;

    /// <summary>More points than these are a curve and get no dots.</summary>
    private const int MostDots = 16;

    /// <summary>Draws it.</summary>
    /// <param name="label">What it shows, for who cannot see it; what the lines do is added.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="series">The lines; the first is drawn last, on top.</param>
    public static string Draw(string label, Axis x, Axis y, IReadOnlyList<Series> series)
    {
        var svg = new Svg(Width, Height, $"{label}. {string.Join("; ", series.Select(line => Summary(line, x, y)))}.");
        var area = new PlotArea(x, y, Left: 46, Top: 30, Right: Width - 10, Bottom: Height - 40);
        area.Draw(svg);
        foreach (Series line in series.Reverse())
        {
            ChartPoint[] points = Shown(line, x, y);
            svg.Path($"class=\"line\" {line.Style.Stroke}", points.Select(point => area.Place(point.X, point.Y)));
            if (points.Length <= MostDots)
            {
                DrawDots(svg, area, line, points);
            }
        }

        return svg.ToString();
    }

    private static void DrawDots(Svg svg, PlotArea area, Series line, ChartPoint[] points)
    {
        foreach (ChartPoint point in points)
        {
            (double x, double y) = area.Place(point.X, point.Y);
            if (point.Deviation is { } deviation)
            {
                svg.Line($"class=\"bar\" style=\"stroke:{line.Style.Color}\"", x, area.Place(point.X, point.Y - deviation).Y, x, area.Place(point.X, point.Y + deviation).Y);
            }

            svg.Dot($"class=\"dot\" style=\"fill:{line.Style.Color}\"", x, y, 3, $"{line.Name}: {Number(point.Y)} at {Number(point.X)}");
        }
    }

    private static ChartPoint[] Shown(Series line, Axis x, Axis y) => [.. line.Points.Where(point => x.Holds(point.X) && y.Holds(point.Y))];

    private static string Summary(Series line, Axis x, Axis y) => Shown(line, x, y) is [var first, .., var last]
        ? $"{line.Name}: from {Number(first.Y)} at {Number(first.X)} to {Number(last.Y)} at {Number(last.X)}"
        : $"{line.Name}: no line";

    private static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
