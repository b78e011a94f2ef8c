using System.Text.Json;
using Microsoft.ML.Lora;
using SampleConsole;

namespace Ablation.Cells;

/// <summary>A finished cell: one training and what was measured, or how it diverged.</summary>
internal sealed record CellResult
{
    public required CellSettings Settings { get; init; }

    public required RunFacts Facts { get; init; }

    /// <summary>The command that the cell belonged to, and how many cells it ran side by side.</summary>
    public required string Command { get; init; }

    public required int Jobs { get; init; }

    /// <summary>Why training could not go on; <see langword="null"/> where it ended well.</summary>
    public required string? Divergence { get; init; }

    /// <summary>What was measured on the test pairs; <see langword="null"/> where training diverged.</summary>
    public required CellFigures? Figures { get; init; }

    /// <summary>Warnings of the library, in order.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Mean loss of the batches of each stretch of steps, at its last step.</summary>
    public required IReadOnlyList<CurvePoint> Losses { get; init; }

    public required IReadOnlyList<ValidationPoint> Validations { get; init; }

    /// <summary>The rates of each matrix; empty where no low-rank update is trained.</summary>
    public required IReadOnlyList<RateTrajectory> Rates { get; init; }

    /// <summary>The constants of the matching score; <see langword="null"/> where it is the classifier's.</summary>
    public required MatchingConstants? Matching { get; init; }

    public static CellResult Read(string path) =>
        JsonSerializer.Deserialize<CellResult>(File.ReadAllText(path), CellJson.Compact) ?? throw new JsonException($"{path} holds nothing.");

    public void Write(string path) => WholeFile.Write(path, JsonSerializer.Serialize(this, CellJson.Indented) + "\n");
}
