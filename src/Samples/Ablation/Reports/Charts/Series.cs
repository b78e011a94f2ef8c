namespace Ablation.Reports.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it is, as the legend has it.</param>
/// <param name="Style">How it looks.</param>
/// <param name="Points">Its points from left to right.</param>
internal sealed record Series(string Name, LineStyle Style, IReadOnlyList<ChartPoint> Points);

/// <summary>A point of a line.</summary>
/// <param name="X">Its place on the horizontal axis.</param>
/// <param name="Y">Its place on the vertical axis.</param>
/// <param name="Deviation">Shown as a bar up and down.</param>
internal sealed record ChartPoint(double X, double Y, double? Deviation = null);
