using System.Globalization;

namespace Ablation.Reports.Charts;

/// <summary>What was decided of pairs that are duplicates and of others: four fields, the darker the larger their share of a row.</summary>
internal static class ConfusionChart
{
    private const double Width = 200;
    private const double Height = 156;
    private const double Left = 70;
    private const double Top = 48;

    private static readonly string[] Actual = ["duplicate", "other"];
    private static readonly string[] Decided = ["yes", "no"];

    /// <summary>Draws it.</summary>
    /// <param name="name">Whose decisions.</param>
    /// <param name="counts">Pairs by actual class (rows) and decided class (columns), duplicates first.</param>
    public static string Draw(string name, double[][] counts)
    {
        string label = string.Create(
            CultureInfo.InvariantCulture,
            $"Decisions of {name}: of the duplicates, {counts[0][0]:N0} were found and {counts[0][1]:N0} missed; of the others, {counts[1][1]:N0} were told and {counts[1][0]:N0} taken for duplicates");
        var svg = new Svg(Width, Height, label);
        (double width, double height) = ((Width - Left - 4) / 2, (Height - Top - 4) / 2);
        svg.Text("class=\"title\"", 2, 16, name);
        for (int row = 0; row < 2; row++)
        {
            svg.Text("class=\"tick end\"", Left - 6, Top + ((row + 0.5) * height) + 4, Actual[row]);
            svg.Text("class=\"tick middle\"", Left + ((row + 0.5) * width), Top - 7, Decided[row]);
            for (int column = 0; column < 2; column++)
            {
                double share = counts[row][column] / Math.Max(1, counts[row].Sum());
                (double x, double y) = (Left + (column * width), Top + (row * height));
                string fill = string.Create(CultureInfo.InvariantCulture, $"class=\"{(row == column ? "right" : "wrong")}\" fill-opacity=\"{0.08 + (0.5 * share):0.##}\" rx=\"4\"");
                svg.Rectangle(fill, x + 1.5, y + 1.5, width - 3, height - 3);
                svg.Text("class=\"count middle\"", x + (width / 2), y + (height / 2) - 1, counts[row][column].ToString("N0", CultureInfo.InvariantCulture));
                svg.Text("class=\"tick middle\"", x + (width / 2), y + (height / 2) + 15, share.ToString("P0", CultureInfo.InvariantCulture));
            }
        }

        return svg.ToString();
    }
}
