using System.Text;
using Microsoft.ML.Lora.Benchmarks.Measuring;

namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>How often pairs are duplicates against how probable their scores make it: a chart for each pair of domains, a line for each of some ways of scoring.</summary>
internal static class ReliabilityPicture
{
    private const int Width = 340;
    private const int Height = 330;
    private const int Left = 56;
    private const int Right = 18;
    private const int Top = 34;
    private const int Bottom = 48;
    private const int LegendHeight = 40;
    private const int Columns = 2;
    private const int Ticks = 5;

    private const string Style = """
        <style>
        .back { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, sans-serif } .title { font-weight: 600 }
        .grid { stroke: #d1d9e0; stroke-width: 1 } .right { stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 5 4 } .way { fill: none; stroke-width: 2 }
        .s0 { stroke: #59636e } .s1 { stroke: #0969da } .s2 { stroke: #bc4c00 }
        circle.s0 { fill: #59636e } circle.s1 { fill: #0969da } circle.s2 { fill: #bc4c00 }
        @media (prefers-color-scheme: dark) {
        .back { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #3d444d } .right { stroke: #9198a1 }
        .s0 { stroke: #9198a1 } .s1 { stroke: #58a6ff } .s2 { stroke: #f0883e }
        circle.s0 { fill: #9198a1 } circle.s1 { fill: #58a6ff } circle.s2 { fill: #f0883e }
        }
        </style>

        """;

    /// <summary>A self-contained SVG that follows the reader's light or dark colours.</summary>
    /// <param name="points">What was measured.</param>
    /// <param name="ways">The ways of scoring to draw; up to three.</param>
    public static string Draw(IReadOnlyList<CalibrationPoint> points, IReadOnlyList<string> ways)
    {
        IGrouping<(string Train, string Test), CalibrationPoint>[] charts = [.. points.GroupBy(point => (point.Train, point.Test))];
        int width = Columns * Width;
        int height = LegendHeight + ((charts.Length + Columns - 1) / Columns * Height);
        var svg = new StringBuilder();
        svg.Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n");
        svg.Append("<title>Reliability: the share of duplicates among pairs of one score against the probability that the score stands for</title>\n").Append(Style);
        svg.Append($"<rect class=\"back\" width=\"{width}\" height=\"{height}\"/>\n");
        for (int way = 0; way < ways.Count; way++)
        {
            int left = 16 + (way * 210);
            svg.Append($"<path class=\"way s{way}\" d=\"M{left} 20h28\"/><text x=\"{left + 34}\" y=\"24\">{ways[way]}</text>\n");
        }

        for (int i = 0; i < charts.Length; i++)
        {
            svg.Append($"<g transform=\"translate({i % Columns * Width} {LegendHeight + (i / Columns * Height)})\">\n");
            svg.Append($"<text class=\"title\" x=\"{Left}\" y=\"20\">trained on {charts[i].Key.Train}, tested on {charts[i].Key.Test}</text>\n");
            DrawGrid(svg);
            for (int way = 0; way < ways.Count; way++)
            {
                DrawLine(svg, way, Means([.. charts[i].Where(point => point.Score == ways[way])]));
            }

            svg.Append("</g>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The mean of each bin over the seeds; bins are of equal size, so that the first holds the lowest scores of each.</summary>
    private static (double Predicted, double Observed)[] Means(CalibrationPoint[] seeds) =>
    [
        .. Enumerable.Range(0, seeds.Min(seed => seed.Figures.Bins.Count)).Select(bin =>
            (seeds.Average(seed => seed.Figures.Bins[bin].MeanProbability), seeds.Average(seed => seed.Figures.Bins[bin].PositiveShare))),
    ];

    private static void DrawGrid(StringBuilder svg)
    {
        for (int tick = 0; tick <= Ticks; tick++)
        {
            double value = (double)tick / Ticks;
            svg.Append($"<path class=\"grid\" d=\"M{Across(value):0.0} {Top}V{Height - Bottom}\"/><path class=\"grid\" d=\"M{Left} {Up(value):0.0}H{Width - Right}\"/>");
            svg.Append($"<text x=\"{Across(value):0.0}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\">{value:0.0}</text>");
            svg.Append($"<text x=\"{Left - 6}\" y=\"{Up(value) + 4:0.0}\" text-anchor=\"end\">{value:0.0}</text>\n");
        }

        svg.Append($"<path class=\"right\" d=\"M{Across(0):0.0} {Up(0):0.0}L{Across(1):0.0} {Up(1):0.0}\"/>\n");
        svg.Append($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">probability by the score</text>\n");
        svg.Append($"<text transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">share of duplicates</text>\n");
    }

    private static void DrawLine(StringBuilder svg, int way, (double Predicted, double Observed)[] bins)
    {
        svg.Append($"<polyline class=\"way s{way}\" points=\"{string.Join(' ', bins.Select(bin => $"{Across(bin.Predicted):0.0},{Up(bin.Observed):0.0}"))}\"/>\n");
        foreach ((double predicted, double observed) in bins)
        {
            svg.Append($"<circle class=\"s{way}\" cx=\"{Across(predicted):0.0}\" cy=\"{Up(observed):0.0}\" r=\"2.5\"/>");
        }

        svg.Append('\n');
    }

    private static double Across(double value) => Left + (value * (Width - Left - Right));

    private static double Up(double value) => Height - Bottom - (value * (Height - Top - Bottom));
}
