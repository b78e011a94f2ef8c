namespace Ablation.Reports;

/// <summary>Sentences that Markdown and HTML share.</summary>
internal static class ReportText
{
    public const string Main =
        "Mean ± standard deviation over seeds, on the test pairs. F1, precision and recall are those of the duplicates; log-loss is in nats; ECE has 15 bins of "
        + "equally many pairs. Trained: numbers that are trained, the head among them. s/epoch: the steps alone, validations not counted. Peak: the most memory that the "
        + "process of a training held, in 10⁶ bytes, kept outputs of frozen layers included.";

    public const string Differences =
        "The figure of each row less that of ours, seed by seed, mean ± standard deviation. All rows of a seed are trained on the same pairs in the same order. What is smaller than its deviation says little.";

    public const string Sweep = "The same settings at other ranks; lora_alpha grows with the rank, so that updates are scaled alike.";

    /// <summary>What was trained on, and for how long.</summary>
    public static string Setting(Report report)
    {
        Settings settings = report.Settings;
        return $"Encoder {settings.Encoder}, {report.Pairs.Train.Count:N0} pairs to train on, {report.Pairs.Validation.Count:N0} for validation "
            + $"({(settings.Source.Validation is null ? "kept aside so that they share no question with the rest" : "from a file of their own")}), {report.Pairs.Test.Count:N0} to test on; "
            + $"{settings.Epochs} {(settings.Epochs == 1 ? "epoch" : "epochs")} in batches of {settings.Batch}, rank {settings.Rank} and lora_alpha {settings.Rank * settings.AlphaPerRank:0.##} outside the sweep, "
            + $"seeds {string.Join(", ", settings.Seeds)}. Last layers: {settings.Layers}.";
    }

    /// <summary>How much of it is there.</summary>
    public static string Progress(Report report) => report.Cells.Count == report.CellCount
        ? $"All {report.CellCount} trainings are finished."
        : $"{report.Cells.Count} of {report.CellCount} trainings are finished; the same command goes on with the others.";
}
