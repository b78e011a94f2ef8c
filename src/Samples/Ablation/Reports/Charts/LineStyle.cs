using System.Globalization;

namespace Ablation.Reports.Charts;

/// <summary>How a line looks: told apart by colour, and by dashes too.</summary>
/// <param name="Color">A colour, as CSS has it.</param>
/// <param name="Dashes">As SVG has them; empty for an unbroken line.</param>
internal sealed record LineStyle(string Color, string Dashes)
{
    private static readonly string[] DashKinds = ["", "6 3", "2 2.5", "9 3 2 3", "4 2"];

    /// <summary>One of five styles that are told apart easily.</summary>
    public static LineStyle Numbered(int number) => new($"var(--c{number % DashKinds.Length})", DashKinds[number % DashKinds.Length]);

    /// <summary>A colour between two, for an ordered set of lines.</summary>
    /// <param name="share">From 0 to 1.</param>
    public static LineStyle Between(double share) =>
        new(string.Create(CultureInfo.InvariantCulture, $"color-mix(in oklab, var(--ramp-high) {100 * share:0}%, var(--ramp-low))"), "");

    /// <summary>The attributes of a stroke.</summary>
    public string Stroke => $"style=\"stroke:{Color}\"{(Dashes.Length > 0 ? $" stroke-dasharray=\"{Dashes}\"" : "")}";
}
