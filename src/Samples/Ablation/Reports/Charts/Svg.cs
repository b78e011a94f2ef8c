using System.Globalization;
using System.Net;
using System.Text;

namespace Ablation.Reports.Charts;

/// <summary>A picture being drawn. It has classes where it could have colours, so that a page can show it on light and dark.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _text = new();

    /// <param name="width">In its own units, which are about a pixel on a phone.</param>
    /// <param name="height">As <paramref name="width"/>.</param>
    /// <param name="label">What it shows, for who cannot see it.</param>
    public Svg(double width, double height, string label) =>
        _text.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {width:0.##} {height:0.##}\" role=\"img\" aria-label=\"{Escape(label)}\">");

    public void Line(string attributes, double x1, double y1, double x2, double y2) =>
        _text.Append(CultureInfo.InvariantCulture, $"<line {attributes} x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\"/>");

    public void Rectangle(string attributes, double x, double y, double width, double height) =>
        _text.Append(CultureInfo.InvariantCulture, $"<rect {attributes} x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\"/>");

    /// <summary>A dot that says what it is when pointed at.</summary>
    public void Dot(string attributes, double x, double y, double radius, string title) =>
        _text.Append(CultureInfo.InvariantCulture, $"<circle {attributes} cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\"><title>{Escape(title)}</title></circle>");

    public void Path(string attributes, IEnumerable<(double X, double Y)> points)
    {
        _text.Append("<polyline ").Append(attributes).Append(" points=\"");
        _text.AppendJoin(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.##},{point.Y:0.##}"))).Append("\"/>");
    }

    public void Text(string attributes, double x, double y, string text) =>
        _text.Append(CultureInfo.InvariantCulture, $"<text {attributes} x=\"{x:0.##}\" y=\"{y:0.##}\">{Escape(text)}</text>");

    /// <summary>The picture.</summary>
    public override string ToString() => $"{_text}</svg>";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
