using System.Globalization;
using Microsoft.ML.Lora;
using Spectre.Console;

namespace SampleConsole;

/// <summary>Shows measured models side by side.</summary>
public static class MeasuredTable
{
    private static readonly (string Name, string Format, Func<Measured, double> Of)[] Figures =
    [
        ("ACC", "F3", measured => measured.Metrics.Accuracy),
        ("F1", "F3", measured => measured.Metrics.F1Score),
        ("MCC", "F3", measured => measured.Metrics.MatthewsCorrelation()),
        ("log-loss (nats)", "F3", measured => measured.LogLoss),
        ("trained parameters", "N0", measured => measured.Summary.TrainedParameters),
        ("training seconds", "F1", measured => measured.Summary.TrainingTime.TotalSeconds),
        ("training pairs/s", "F0", measured => measured.Summary.PairsPerSecond),
        ("scoring pairs/s", "F0", measured => measured.ScoredPairsPerSecond),
        ("peak memory MB", "F0", measured => measured.PeakBytes / 1e6),
    ];

    /// <summary>Prints a column for each model and a row for each figure: two models fit in 80 characters.</summary>
    public static void Print(IReadOnlyCollection<(string Name, Measured Measured)> models)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn("").NoWrap());
        foreach ((string name, _) in models)
        {
            table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        }

        foreach ((string name, string format, Func<Measured, double> of) in Figures)
        {
            table.AddRow([name, .. models.Select(model => of(model.Measured).ToString(format, CultureInfo.InvariantCulture))]);
        }

        AnsiConsole.Write(table);
    }
}
