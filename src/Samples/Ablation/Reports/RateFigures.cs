using Ablation.Cells;
using Ablation.Reports.Charts;

namespace Ablation.Reports;

/// <summary>The pictures of α, β and λ over training, matrix by matrix.</summary>
internal static class RateFigures
{
    /// <summary>The trajectories of one training; <see langword="null"/> where none has low-rank updates.</summary>
    public static HtmlFigure? Of(Report report)
    {
        CellResult? cell = (report.Ours?.Cells ?? []).Concat(report.Cells).FirstOrDefault(cell => cell.Rates.Count > 0);
        if (cell is null)
        {
            return null;
        }

        IGrouping<string, RateTrajectory>[] kinds = [.. cell.Rates.GroupBy(rate => Kind(rate.Matrix))];
        return new HtmlFigure(
            "Rates of A and B",
            $"The method '{cell.Settings.Method}' at rank {cell.Settings.Rank}, seed {cell.Settings.Seed}, schedule included. α is the rate of A, β that of B, λ = β/α. One line for each layer.",
            [.. kinds.Select(kind => Group(kind.Key, [.. kind]))]);
    }

    private static PictureGroup Group(string kind, RateTrajectory[] matrices)
    {
        LineStyle Style(int index) => LineStyle.Between(matrices.Length == 1 ? 1 : (double)index / (matrices.Length - 1));
        string Draw(string title, string name, Func<RatePoint, double> value, bool isBinary)
        {
            Series[] series = [.. matrices.Select((matrix, index) => new Series(
                Layer(matrix.Matrix), Style(index), [.. matrix.Points.Select(point => new ChartPoint(point.Step, value(point)))]))];
            IEnumerable<ChartPoint> points = series.SelectMany(line => line.Points);
            return LineChart.Draw(
                $"{kind}: {name} over training",
                Axis.Linear("steps", points.Select(point => point.X).Append(0), room: 0.02),
                Axis.Logarithmic(title, points.Select(point => point.Y), isBinary),
                series);
        }

        return new PictureGroup(
            kind,
            [.. matrices.Select((matrix, index) => (Layer(matrix.Matrix), Style(index)))],
            [
                Draw("α, rate of A", "alpha", point => point.Alpha, isBinary: false),
                Draw("β, rate of B", "beta", point => point.Beta, isBinary: false),
                Draw("λ = β/α", "lambda", point => point.Beta / point.Alpha, isBinary: true),
            ]);
    }

    /// <summary>encoder.layer.0.attention.self.query → query.</summary>
    private static string Kind(string matrix) => AfterLayer(matrix) is [_, .. string[] rest] ? string.Join(' ', rest).Replace("attention self ", "", StringComparison.Ordinal) : matrix;

    /// <summary>encoder.layer.0.attention.self.query → layer 1.</summary>
    private static string Layer(string matrix) => AfterLayer(matrix) is [string number, ..] && int.TryParse(number, out int layer) ? $"layer {layer + 1}" : matrix;

    private static string[] AfterLayer(string matrix) => [.. matrix.Split('.').SkipWhile(part => part != "layer").Skip(1)];
}
