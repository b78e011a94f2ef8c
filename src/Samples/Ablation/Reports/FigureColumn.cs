using System.Globalization;
using Ablation.Cells;

namespace Ablation.Reports;

/// <summary>A column of the tables.</summary>
internal sealed record FigureColumn
{
    private const double Megabyte = 1e6;

    /// <summary>What it is called in CSV and JSON.</summary>
    public required string Name { get; init; }

    /// <summary>What it is called in tables.</summary>
    public required string Title { get; init; }

    public required Func<CellFigures, double> Of { get; init; }

    /// <summary>A standard number format.</summary>
    public string Format { get; init; } = "F3";

    /// <summary>Whether it is the same for every seed.</summary>
    public bool IsFixed { get; init; }

    /// <summary>1 where more is better, −1 where less is, 0 where neither is said.</summary>
    public int Better { get; init; }

    /// <summary>All columns, in the order of the tables.</summary>
    public static IReadOnlyList<FigureColumn> All { get; } =
    [
        new() { Name = "accuracy", Title = "ACC", Of = figures => figures.Accuracy, Better = 1 },
        new() { Name = "f1", Title = "F1", Of = figures => figures.F1, Better = 1 },
        new() { Name = "macro_f1", Title = "F1 macro", Of = figures => figures.MacroF1, Better = 1 },
        new() { Name = "weighted_f1", Title = "F1 weighted", Of = figures => figures.WeightedF1, Better = 1 },
        new() { Name = "mcc", Title = "MCC", Of = figures => figures.Mcc, Better = 1 },
        new() { Name = "precision", Title = "precision", Of = figures => figures.Precision },
        new() { Name = "recall", Title = "recall", Of = figures => figures.Recall },
        new() { Name = "log_loss", Title = "log-loss", Of = figures => figures.LogLoss, Better = -1 },
        new() { Name = "ece", Title = "ECE", Of = figures => figures.CalibrationError, Better = -1 },
        new() { Name = "trained_parameters", Title = "trained", Of = figures => figures.TrainedParameters, Format = "N0", IsFixed = true },
        new() { Name = "seconds_per_epoch", Title = "s/epoch", Of = figures => figures.SecondsPerEpoch, Format = "F1" },
        new() { Name = "peak_megabytes", Title = "peak MB", Of = figures => figures.PeakBytes / Megabyte, Format = "F0" },
    ];

    /// <summary>The columns that tell how well a method does, whose differences to another method are shown.</summary>
    public static IReadOnlyList<FigureColumn> Compared { get; } = [.. All.Where(column => column.Name is "accuracy" or "f1" or "mcc" or "log_loss" or "ece")];

    /// <summary>A column by its name.</summary>
    public static FigureColumn Named(string name) => All.Single(column => column.Name == name);

    /// <summary>A value as tables show it.</summary>
    public string Show(double value) => value.ToString(Format, CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>Mean ± standard deviation as tables show it; the mean alone of one value, and of what seeds do not change.</summary>
    public string Show(Spread spread) => spread.Deviation is { } deviation && !IsFixed ? $"{Show(spread.Mean)} ± {Show(deviation)}" : Show(spread.Mean);

    /// <summary>A difference as tables show it, with its sign.</summary>
    public string ShowDifference(Spread spread)
    {
        string mean = Show(Math.Abs(spread.Mean));
        string sign = mean == Show(0) ? "" : spread.Mean > 0 ? "+" : "−";
        return spread.Deviation is { } deviation ? $"{sign}{mean} ± {Show(deviation)}" : sign + mean;
    }
}
