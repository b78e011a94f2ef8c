namespace Ablation.Cells;

/// <summary>A point of a curve over training.</summary>
/// <param name="Step">Steps taken, over all epochs.</param>
/// <param name="Value">The value there.</param>
internal sealed record CurvePoint(int Step, double Value);
