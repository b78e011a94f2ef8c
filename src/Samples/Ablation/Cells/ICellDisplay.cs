namespace Ablation.Cells;

/// <summary>Shows how far the cells are. Called from several threads.</summary>
internal interface ICellDisplay
{
    /// <summary>A cell was begun.</summary>
    void Begin(Cell cell);

    /// <summary>A cell took steps.</summary>
    void Show(Cell cell, int step, int steps, double loss);

    /// <summary>A cell ended.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="outcome">How, in words.</param>
    void End(Cell cell, string outcome);
}
