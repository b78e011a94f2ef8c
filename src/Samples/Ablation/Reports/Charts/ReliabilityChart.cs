using System.Globalization;

namespace Ablation.Reports.Charts;

/// <summary>Predicted probability against the share that came true: on the diagonal where probabilities can be taken at their word.</summary>
internal static class ReliabilityChart
{
    private const double Size = 200;

    /// <summary>Draws it.</summary>
    /// <param name="name">Whose predictions.</param>
    /// <param name="bins">Mean probability and share of positives of each bin, 0 to 1.</param>
    /// <param name="error">The calibration error.</param>
    public static string Draw(string name, IReadOnlyList<(double Probability, double Share)> bins, double error)
    {
        string shown = error.ToString("F3", CultureInfo.InvariantCulture);
        var svg = new Svg(Size, Size + 14, $"Reliability of {name}: calibration error {shown} over {bins.Count} bins");
        Axis unit = Axis.Linear("probability", [0, 1], room: 0);
        var area = new PlotArea(unit, unit, Left: 28, Top: 30, Right: Size - 8, Bottom: Size - 8);
        svg.Text("class=\"title\"", 2, 16, name);
        foreach (double tick in new[] { 0, 0.5, 1 })
        {
            (double x, double y) = area.Place(tick, tick);
            svg.Line("class=\"grid\"", area.Left, y, area.Right, y);
            svg.Text("class=\"tick end\"", area.Left - 5, y + 4, unit.Label(tick));
            svg.Text("class=\"tick middle\"", x, area.Bottom + 15, unit.Label(tick));
        }

        svg.Text("class=\"name end\"", area.Right - 2, area.Bottom - 8, $"ECE {shown}");
        svg.Path("class=\"diagonal\"", [area.Place(0, 0), area.Place(1, 1)]);
        foreach ((double probability, double share) in bins)
        {
            (double x, double y) = area.Place(probability, share);
            svg.Line("class=\"gap\"", x, y, x, area.Place(probability, probability).Y);
        }

        svg.Path("class=\"line\" style=\"stroke:var(--c0)\"", bins.Select(bin => area.Place(bin.Probability, bin.Share)));
        foreach ((double probability, double share) in bins)
        {
            (double x, double y) = area.Place(probability, share);
            svg.Dot("class=\"dot\" style=\"fill:var(--c0)\"", x, y, 2.5, string.Create(CultureInfo.InvariantCulture, $"predicted {probability:F2}, true {share:F2}"));
        }

        return svg.ToString();
    }
}
