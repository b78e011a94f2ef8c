namespace Ablation.Cells;

/// <summary>A cell of the plan and where its result lies.</summary>
/// <param name="Settings">What is trained.</param>
/// <param name="Path">The file of its result.</param>
internal sealed record Cell(CellSettings Settings, string Path)
{
    /// <summary>What it is called on the screen.</summary>
    public string Title => $"{Settings.Method}{(Settings.Rank is { } rank ? $", rank {rank}" : "")}, seed {Settings.Seed}";
}
