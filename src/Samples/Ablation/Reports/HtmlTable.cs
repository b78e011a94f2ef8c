using System.Net;
using System.Text;

namespace Ablation.Reports;

/// <summary>A table of text as HTML, which scrolls by itself where it is wider than the page.</summary>
internal static class HtmlTable
{
    /// <summary>Writes it.</summary>
    /// <param name="rows">The first is the header; the first column names the rows.</param>
    /// <param name="label">What it is, for who cannot see it.</param>
    /// <param name="isBest">Whether a field stands out, by row and column, both counted without headers.</param>
    /// <param name="ruleBefore">The row, counted without the header, that a new part begins with; <see langword="null"/> for one part.</param>
    /// <param name="isProse">Whether its fields are text, which may be broken.</param>
    public static string Of(IReadOnlyList<string[]> rows, string label, Func<int, int, bool> isBest, int? ruleBefore, bool isProse = false)
    {
        var text = new StringBuilder();
        text.Append($"<div class=\"scroll\" role=\"region\" aria-label=\"{E(label)}\" tabindex=\"0\"><table{(isProse ? " class=\"prose\"" : "")}><thead><tr>");
        text.AppendJoin("", rows[0].Select(title => $"<th scope=\"col\">{E(title).Replace("-", "&#8209;", StringComparison.Ordinal)}</th>")).Append("</tr></thead><tbody>");
        foreach ((int index, string[] row) in rows.Skip(1).Index())
        {
            text.Append(index == ruleBefore ? "<tr class=\"part\">" : "<tr>").Append($"<th scope=\"row\">{E(row[0])}</th>");
            foreach ((int column, string field) in row.Skip(1).Index())
            {
                text.Append(isBest(index, column) ? "<td class=\"best\">" : "<td>").Append(Field(field)).Append("</td>");
            }

            text.Append("</tr>");
        }

        return text.Append("</tbody></table></div>").ToString();
    }

    /// <summary>The deviation is set smaller than its mean.</summary>
    private static string Field(string field)
    {
        int sign = field.IndexOf(" ± ", StringComparison.Ordinal);
        return sign < 0 ? E(field) : $"{E(field[..sign])} <small>{E(field[(sign + 1)..])}</small>";
    }

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
