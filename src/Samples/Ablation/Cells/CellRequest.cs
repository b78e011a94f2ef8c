using Ablation.Pairs;

namespace Ablation.Cells;

/// <summary>What a process is told that trains one cell.</summary>
internal sealed record CellRequest
{
    public required CellSettings Settings { get; init; }

    /// <summary>Where the pairs are; they must have the digest of the settings.</summary>
    public required PairSource Source { get; init; }

    /// <summary>The encoder as the command line names it.</summary>
    public required string Encoder { get; init; }

    /// <summary>The rule for the rates as the command line writes it; <see langword="null"/> for the library's default.</summary>
    public required string? Rates { get; init; }

    /// <summary>Where the result goes.</summary>
    public required string ResultPath { get; init; }

    /// <summary>The command that the cell belongs to, and how many cells it runs side by side.</summary>
    public required string Command { get; init; }

    public required int Jobs { get; init; }
}
