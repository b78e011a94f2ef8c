using Ablation.Cells;
using Ablation.Methods;

namespace Ablation.Reports;

/// <summary>A row of a table: a method at a rank, and its cells as far as they are finished.</summary>
/// <param name="Method">The method.</param>
/// <param name="Rank">r; <see langword="null"/> where the method has none.</param>
/// <param name="Seeds">How many cells there are to be.</param>
/// <param name="Cells">The finished ones, diverged ones among them, in the order of the seeds.</param>
internal sealed record ReportRow(Method Method, int? Rank, int Seeds, IReadOnlyList<CellResult> Cells)
{
    /// <summary>The cells that ended well.</summary>
    public IReadOnlyList<CellResult> Measured { get; } = [.. Cells.Where(cell => cell.Figures is not null)];

    public int Diverged => Cells.Count - Measured.Count;

    /// <summary>What the means are over.</summary>
    public string SeedsNote =>
        Measured.Count == Seeds ? $"{Seeds}" : $"{Measured.Count} of {Seeds}{(Diverged > 0 ? $", {Diverged} diverged" : "")}";

    /// <summary>A figure over the cells that ended well; <see langword="null"/> where there are none.</summary>
    public Spread? Of(FigureColumn column) => Spread.Of([.. Measured.Select(cell => column.Of(cell.Figures!))]);

    /// <summary>A figure as tables show it, or why there is none.</summary>
    public string Show(FigureColumn column) => Of(column) is { } spread ? column.Show(spread) : Diverged > 0 ? "diverged" : "–";

    /// <summary>How much more than another row it has of a figure, seed by seed; <see langword="null"/> where no seed has both.</summary>
    public Spread? Difference(ReportRow other, FigureColumn column) => Spread.Of(
    [
        .. from mine in Measured
           join theirs in other.Measured on mine.Settings.Seed equals theirs.Settings.Seed
           select column.Of(mine.Figures!) - column.Of(theirs.Figures!),
    ]);
}
