using Ablation.Cells;
using Ablation.Methods;
using Ablation.Reports.Charts;
using Microsoft.ML.Lora;

namespace Ablation.Reports;

/// <summary>The pictures of figures over methods, training steps and ranks.</summary>
internal static class CurveFigures
{
    private const int LossPoints = 20;

    private static readonly FigureColumn[] Drawn = [FigureColumn.Named("accuracy"), FigureColumn.Named("log_loss"), FigureColumn.Named("ece")];

    /// <summary>Each seed of each method.</summary>
    public static HtmlFigure Methods(Report report) => new(
        "Every training",
        "A dot is a training with one seed, a bar the mean over seeds.",
        [
            new PictureGroup("", [], [.. Drawn.Select(column => DotChart.Draw(
                $"{column.Title} of each method",
                Unit(column),
                [.. report.Main.Select(row => (row.Method.Title, (IReadOnlyList<double>)[.. row.Measured.Select(cell => column.Of(cell.Figures!))], row == report.Ours))]))]),
        ]);

    /// <summary>Losses and accuracy over training, the ablation and the baselines apart.</summary>
    public static HtmlFigure Learning(Report report)
    {
        ReportRow[] ablation = [.. report.Main.Where(row => row.Method.Adaptation == AdaptationMethod.LowRank)];
        ReportRow[] baselines = [.. report.Main.Where(row => row == report.Ours || row.Method.Adaptation != AdaptationMethod.LowRank)];
        (string Name, ReportRow[] Rows)[] groups = [("Ablation", ablation), ("Baselines", baselines)];
        return new HtmlFigure(
            "Learning curves",
            "Mean over seeds. The training loss is that of the batches of a stretch of steps; validation pairs are measured four times an epoch, by the classifier's own score.",
            [.. groups.Where(group => group.Rows.Any(row => row.Cells.Count > 0)).Select(group => Learning(group.Name, group.Rows))]);
    }

    /// <summary>Accuracy, log-loss and calibration error over ranks.</summary>
    public static HtmlFigure Ranks(Report report)
    {
        string[] methods = [.. report.Sweep.Select(row => row.Method.Name).Distinct()];
        (string Name, LineStyle Style)[] legend = [.. methods.Select((name, index) => (MethodList.Of(name).Title, LineStyle.Numbered(index)))];
        string Draw(FigureColumn column)
        {
            Series[] series = [.. methods.Select((name, index) => new Series(
                legend[index].Name,
                legend[index].Style,
                [
                    .. report.Sweep.Where(row => row.Method.Name == name)
                        .OrderBy(row => row.Rank)
                        .Select(row => (row.Rank, Spread: row.Of(column)))
                        .Where(point => point.Spread is not null)
                        .Select(point => new ChartPoint(point.Rank!.Value, point.Spread!.Mean, point.Spread.Deviation)),
                ]))];
            return LineChart.Draw(
                $"{column.Title} over ranks",
                Axis.Logarithmic("rank", report.Sweep.Select(row => (double)row.Rank!.Value), isBinary: true),
                Axis.Linear(Unit(column), series.SelectMany(line => line.Points).SelectMany(point => new[] { point.Y - (point.Deviation ?? 0), point.Y + (point.Deviation ?? 0) })),
                series);
        }

        return new HtmlFigure(
            "Ranks",
            "Mean over seeds, with a bar of one standard deviation up and down.",
            [new PictureGroup("", legend, [.. Drawn.Select(Draw)])]);
    }

    private static PictureGroup Learning(string name, ReportRow[] rows)
    {
        // Rows that differ in their score alone have one training and one curve.
        ReportRow[][] trainings = [.. rows.GroupBy(row => (row.Method.Adaptation, row.Method.Targets, row.Method.RatesOf)).Select(group => group.ToArray())];
        (string Name, LineStyle Style)[] legend = [.. trainings.Select((same, index) => (string.Join(" and ", same.Select(row => row.Method.Title)), LineStyle.Numbered(index)))];
        string Draw(string title, Func<CellResult, IEnumerable<CurvePoint>> curve)
        {
            Series[] series = [.. trainings.Select((same, index) => new Series(legend[index].Name, legend[index].Style, Mean([.. same.SelectMany(row => row.Cells)], curve)))];
            IEnumerable<ChartPoint> points = series.SelectMany(line => line.Points);
            return LineChart.Draw(
                $"{name}: {title} over training", Axis.Linear("steps", points.Select(point => point.X).Append(0), room: 0.02), Axis.Linear(title, points.Select(point => point.Y)), series);
        }

        return new PictureGroup(name, legend,
        [
            Draw("training loss (nats)", cell => Smoothed(cell.Losses)),
            Draw("validation log-loss (nats)", cell => cell.Validations.Select(point => new CurvePoint(point.Step, point.Metrics.LogLoss))),
            Draw("validation ACC", cell => cell.Validations.Select(point => new CurvePoint(point.Step, point.Metrics.Accuracy))),
        ]);
    }

    /// <summary>The mean curve; where a training broke off, the mean of those that went on.</summary>
    private static IReadOnlyList<ChartPoint> Mean(IReadOnlyList<CellResult> cells, Func<CellResult, IEnumerable<CurvePoint>> curve) =>
    [
        .. cells.SelectMany(curve).GroupBy(point => point.Step).OrderBy(group => group.Key)
            .Select(group => new ChartPoint(group.Key, group.Average(point => point.Value))),
    ];

    /// <summary>Means of neighbouring points, few enough to be read beside other curves.</summary>
    private static IEnumerable<CurvePoint> Smoothed(IReadOnlyList<CurvePoint> points) =>
        points.Chunk(Math.Max(1, (points.Count + LossPoints - 1) / LossPoints)).Select(chunk => new CurvePoint(chunk[^1].Step, chunk.Average(point => point.Value)));

    private static string Unit(FigureColumn column) => column.Name == "log_loss" ? "log-loss (nats)" : column.Title;
}
