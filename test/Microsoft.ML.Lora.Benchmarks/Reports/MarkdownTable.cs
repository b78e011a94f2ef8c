using System.Text;

namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>A table that reads well as text too: columns of even width, numbers to the right.</summary>
internal sealed class MarkdownTable
{
    private readonly List<string[]> _rows = [];

    /// <param name="headers">The columns' names.</param>
    public MarkdownTable(params string[] headers) => _rows.Add(headers);

    /// <summary>Adds a row with a cell for each column; <see langword="null"/> is an empty one.</summary>
    public void Add(params string?[] cells) => _rows.Add([.. cells.Select(cell => cell ?? "")]);

    /// <summary>The table.</summary>
    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, _rows[0].Length).Select(column => Math.Max(3, _rows.Max(row => row[column].Length)))];
        bool[] right = [.. Enumerable.Range(0, widths.Length).Select(column => _rows.Skip(1).All(row => IsNumber(row[column])))];
        IEnumerable<string> rules = widths.Select((width, column) => right[column] ? new string('-', width - 1) + ":" : new string('-', width));
        IEnumerable<IEnumerable<string>> lines = _rows.Select(row => row.Select(Padded));
        var text = new StringBuilder();
        foreach (IEnumerable<string> cells in lines.Take(1).Append(rules).Concat(lines.Skip(1)))
        {
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        return text.ToString();

        string Padded(string cell, int column) => right[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]);
    }

    private static bool IsNumber(string cell) => cell.Length == 0 || char.IsAsciiDigit(cell[0]) || cell[0] == '-';
}
