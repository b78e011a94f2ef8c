using System.Text;

namespace Microsoft.ML.Data;

/// <summary>
/// Cuts a line into fields at the separators. Spaces before a field are dropped, unless a space is a separator. With quoting, a
/// field that begins with " goes to the next single ", and "" in it stands for one "; only spaces may follow before the separator.
/// A field that is quoted wrongly is empty.
/// </summary>
/// <remarks>Fields without quotes are slices of the line.</remarks>
internal sealed class LineSplitter(TextFormat format)
{
    private readonly StringBuilder _unquoted = new();
    private readonly bool _isSpaceSeparator = format.Separators.Contains(' ', StringComparison.Ordinal);
    private ReadOnlyMemory<char> _line;
    private int _next;

    /// <summary>The number of fields that were quoted wrongly so far.</summary>
    public long QuotingErrors { get; private set; }

    /// <summary>Cuts a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="fields">Overwritten with the first fields; empty where the line has none.</param>
    public void Split(string line, Span<ReadOnlyMemory<char>> fields)
    {
        _line = format.TrimsLineEnd ? line.AsMemory().TrimEnd() : line.AsMemory();
        _next = 0;
        fields.Clear();
        for (var index = 0; index < fields.Length && _next <= _line.Length; index++)
            fields[index] = ReadField();
    }

    /// <summary>Reads the field at <see cref="_next"/> and goes past its separator, or past the end of the line by one.</summary>
    private ReadOnlyMemory<char> ReadField()
    {
        var text = _line.Span;
        if (!_isSpaceSeparator)
            _next = SkipSpaces(text, _next);
        if (format.AllowsQuoting && _next < text.Length && text[_next] == '"')
            return ReadQuoted(text);

        var end = EndOfField(text, _next);
        var field = _line[_next..end];
        _next = end + 1;
        return field;
    }

    private ReadOnlyMemory<char> ReadQuoted(ReadOnlySpan<char> text)
    {
        _unquoted.Clear();
        var position = _next + 1;
        var isClosed = false;
        while (!isClosed)
        {
            var length = text[position..].IndexOf('"');
            if (length < 0)
            {
                position = text.Length;
                break;
            }
            _unquoted.Append(text.Slice(position, length));
            position += length + 1;
            isClosed = position == text.Length || text[position] != '"';
            if (!isClosed)
            {
                _unquoted.Append('"');
                position++;
            }
        }

        var endOfField = EndOfField(text, position);
        _next = endOfField + 1;
        if (isClosed && text[position..endOfField].IndexOfAnyExcept(' ') < 0)
            return _unquoted.ToString().AsMemory();
        QuotingErrors++;
        return default;
    }

    private int EndOfField(ReadOnlySpan<char> text, int start)
    {
        var length = text[start..].IndexOfAny(format.Separators);
        return length < 0 ? text.Length : start + length;
    }

    private static int SkipSpaces(ReadOnlySpan<char> text, int position)
    {
        while (position < text.Length && text[position] == ' ')
            position++;
        return position;
    }
}
