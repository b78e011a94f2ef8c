namespace Ablation.Reports.Charts;

/// <summary>The part of a picture that two axes span, with its ticks and titles.</summary>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Left">The left edge in the picture's units.</param>
/// <param name="Top">The upper edge.</param>
/// <param name="Right">The right edge.</param>
/// <param name="Bottom">The lower edge, below <paramref name="Top"/>: the picture counts downwards.</param>
internal sealed record PlotArea(Axis X, Axis Y, double Left, double Top, double Right, double Bottom)
{
    private const double TickGap = 6;

    public (double X, double Y) Place(double x, double y) =>
        (Left + (X.Place(x) * (Right - Left)), Bottom - (Y.Place(y) * (Bottom - Top)));

    /// <summary>Draws lines at the ticks, their labels, and the axes' titles: the vertical one's above it, where it can be read.</summary>
    public void Draw(Svg svg)
    {
        foreach (double tick in Y.Ticks)
        {
            (_, double y) = Place(X.Ticks[0], tick);
            svg.Line("class=\"grid\"", Left, y, Right, y);
            svg.Text("class=\"tick end\"", Left - TickGap, y + 4, Y.Label(tick));
        }

        foreach (double tick in X.Ticks)
        {
            (double x, _) = Place(tick, Y.Ticks[0]);
            svg.Line("class=\"axis\"", x, Bottom, x, Bottom + 4);
            svg.Text("class=\"tick middle\"", x, Bottom + 16, X.Label(tick));
        }

        svg.Line("class=\"axis\"", Left, Bottom, Right, Bottom);
        svg.Text("class=\"title\"", 2, Top - 10, Y.Title);
        svg.Text("class=\"name end\"", Right, Bottom + 32, X.Title);
    }
}
