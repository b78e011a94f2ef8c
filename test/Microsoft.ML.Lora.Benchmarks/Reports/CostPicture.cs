using System.Text;
using Microsoft.ML.Lora.Benchmarks.Measuring;

namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>The points of all sweeps as one picture: a column of charts for each sweep, training above scoring.</summary>
internal static class CostPicture
{
    private const int LegendHeight = 40;
    private const int MostEncoders = 4;

    private const string Style = """
        <style>
        .back { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, sans-serif } .title { font-weight: 600 }
        .grid { stroke: #d1d9e0; stroke-width: 1 } .rate { fill: none; stroke-width: 2 } .floor { fill: none; stroke-width: 1.5; stroke-dasharray: 5 4 }
        .s0 { stroke: #0969da } .s1 { stroke: #bc4c00 } .s2 { stroke: #1a7f37 } .s3 { stroke: #8250df }
        circle.s0 { fill: #0969da } circle.s1 { fill: #bc4c00 } circle.s2 { fill: #1a7f37 } circle.s3 { fill: #8250df }
        @media (prefers-color-scheme: dark) {
        .back { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #3d444d }
        .s0 { stroke: #58a6ff } .s1 { stroke: #f0883e } .s2 { stroke: #3fb950 } .s3 { stroke: #bc8cff }
        circle.s0 { fill: #58a6ff } circle.s1 { fill: #f0883e } circle.s2 { fill: #3fb950 } circle.s3 { fill: #bc8cff }
        }
        </style>

        """;

    /// <summary>A self-contained SVG that follows the reader's light or dark colours.</summary>
    public static string Draw(IReadOnlyList<CostPoint> points)
    {
        string[] sweeps = [.. points.Select(point => point.Sweep).Distinct()];
        string[] encoders = [.. points.Select(point => point.Encoder).Distinct().Take(MostEncoders)];
        int width = sweeps.Length * LogChart.Width;
        int height = LegendHeight + (2 * LogChart.Height);
        var svg = new StringBuilder();
        svg.Append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" ");
        svg.Append($"viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n");
        svg.Append("<title>Pairs per second against tokens, rank, batch and threads, with the floor</title>\n").Append(Style);
        svg.Append($"<rect class=\"back\" width=\"{width}\" height=\"{height}\"/>\n");
        DrawLegend(svg, encoders);
        for (int column = 0; column < sweeps.Length; column++)
        {
            string sweep = sweeps[column];
            CostPoint[] mine = [.. points.Where(point => point.Sweep == sweep)];
            int left = column * LogChart.Width;
            List<LogChart.Series> training = Series(mine, encoders, point => point.Training, point => point.TrainingFloor);
            List<LogChart.Series> scoring = Series(mine, encoders, point => point.Scoring, point => point.ScoringFloor);
            new LogChart("training", sweep, training).Draw(svg, left, LegendHeight);
            new LogChart("scoring", sweep, scoring).Draw(svg, left, LegendHeight + LogChart.Height);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static List<LogChart.Series> Series(CostPoint[] points, string[] encoders, Func<CostPoint, double> rate, Func<CostPoint, double> floor)
    {
        var series = new List<LogChart.Series>();
        for (int i = 0; i < encoders.Length; i++)
        {
            CostPoint[] mine = [.. points.Where(point => point.Encoder == encoders[i])];
            series.Add(new($"floor s{i}", HasMarks: false, [.. mine.Select(point => ((double)point.Value, floor(point)))]));
            series.Add(new($"rate s{i}", HasMarks: true, [.. mine.Select(point => ((double)point.Value, rate(point)))]));
        }

        return series;
    }

    private static void DrawLegend(StringBuilder svg, string[] encoders)
    {
        int left = 16;
        for (int i = 0; i < encoders.Length; i++)
        {
            svg.Append($"<path class=\"rate s{i}\" d=\"M{left} 20h28\"/><text x=\"{left + 34}\" y=\"24\">{encoders[i]}</text>\n");
            svg.Append($"<path class=\"floor s{i}\" d=\"M{left + 100} 20h28\"/><text x=\"{left + 134}\" y=\"24\">its floor</text>\n");
            left += 220;
        }
    }
}
