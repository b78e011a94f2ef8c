using System.Globalization;

namespace Ablation.Reports.Charts;

/// <summary>A row of dots for each name, one dot a seed, and a bar at their mean.</summary>
internal static class DotChart
{
    private const double Width = 340;
    private const double RowHeight = 23;
    private const double Top = 30;
    private const double LabelWidth = 132;

    /// <summary>Draws it.</summary>
    /// <param name="label">What it shows, for who cannot see it.</param>
    /// <param name="title">What the values are.</param>
    /// <param name="rows">Names, values, and whether the row stands out.</param>
    public static string Draw(string label, string title, IReadOnlyList<(string Name, IReadOnlyList<double> Values, bool StandsOut)> rows)
    {
        double height = Top + (rows.Count * RowHeight) + 26;
        IEnumerable<string> means = rows.Where(row => row.Values.Count > 0).Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Name}: {row.Values.Average():F3}"));
        var svg = new Svg(Width, height, $"{label}. {string.Join("; ", means)}.");
        Axis axis = Axis.Linear(title, rows.SelectMany(row => row.Values), room: 0.08);
        double bottom = Top + (rows.Count * RowHeight);
        double Place(double value) => LabelWidth + (axis.Place(value) * (Width - 10 - LabelWidth));
        svg.Text("class=\"title\"", 2, Top - 14, title);
        foreach (double tick in axis.Ticks.Where((_, index) => axis.Ticks.Count <= 5 || index % 2 == 0))
        {
            svg.Line("class=\"grid\"", Place(tick), Top - 4, Place(tick), bottom);
            svg.Text("class=\"tick middle\"", Place(tick), bottom + 15, axis.Label(tick));
        }

        foreach ((int index, (string name, IReadOnlyList<double> values, bool standsOut)) in rows.Index())
        {
            double y = Top + ((index + 0.5) * RowHeight);
            string color = standsOut ? "var(--c0)" : "var(--c4)";
            svg.Text(standsOut ? "class=\"row strong\"" : "class=\"row\"", 2, y + 4, name);
            foreach (double value in values)
            {
                svg.Dot($"class=\"seed\" style=\"fill:{color}\"", Place(value), y, 3.5, string.Create(CultureInfo.InvariantCulture, $"{name}: {value:F3}"));
            }

            if (values.Count > 0)
            {
                svg.Line($"class=\"mean\" style=\"stroke:{color}\"", Place(values.Average()), y - 7, Place(values.Average()), y + 7);
            }
            else
            {
                svg.Text("class=\"tick\"", LabelWidth, y + 4, "nothing measured");
            }
        }

        return svg.ToString();
    }
}
