using System.Globalization;
using Microsoft.ML.Lora;
using Spectre.Console;

namespace SampleConsole;

/// <summary>Shows measured models side by side.</summary>
public static class MeasuredTable
{
    /// <summary>Prints one row for each model.</summary>
    public static void Print(IEnumerable<(string Name, Measured Measured)> models)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("");
        foreach (string column in (string[])["ACC", "F1", "MCC", "log-loss", "trained", "train s", "train pairs/s", "score pairs/s", "peak MB"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach ((string name, Measured measured) in models)
        {
            table.AddRow([name, .. Cells(measured)]);
        }

        AnsiConsole.Write(table);
    }

    private static IEnumerable<string> Cells(Measured measured)
    {
        static string Show(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        yield return Show(measured.Metrics.Accuracy, "F3");
        yield return Show(measured.Metrics.F1Score, "F3");
        yield return Show(measured.Metrics.MatthewsCorrelation(), "F3");
        yield return Show(measured.LogLoss, "F3");
        yield return Show(measured.Summary.TrainedParameters, "N0");
        yield return Show(measured.Summary.TrainingTime.TotalSeconds, "F1");
        yield return Show(measured.Summary.PairsPerSecond, "F0");
        yield return Show(measured.ScoredPairsPerSecond, "F0");
        yield return Show(measured.PeakBytes / 1e6, "F0");
    }
}
