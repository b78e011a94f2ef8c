using System.Text;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>What becomes of each code point under one <see cref="BertNormalization"/>, worked out once and looked up in one step.</summary>
internal sealed class BertReplacements
{
    // An entry of the table is one of these, or an index into the replacements behind them; and two flags.
    private const ushort Unchanged = 0;
    private const ushort Removed = 1;
    private const ushort Syllable = 2;
    private const ushort FirstReplacement = 3;
    private const ushort Spaced = 0x8000;
    private const ushort Movable = 0x4000;

    private readonly BertCharacters _characters = BertCharacters.Instance;
    private readonly CodePointTable _table = new();
    private readonly List<string> _replacements = [];
    private readonly Dictionary<string, ushort> _indices = [];

    public BertReplacements(BertNormalization normalization)
    {
        if (normalization.StripsAccents)
        {
            StripAccents(normalization.Lowercase);
        }

        if (normalization.Lowercase)
        {
            foreach ((int point, string lower) in _characters.Lower.Where(pair => _table[pair.Key] == Unchanged))
            {
                _table[point] = IndexOf(lower);
            }
        }

        if (normalization.SpaceIdeographs)
        {
            Set(_characters.Chinese, entry => (ushort)(entry | Spaced));
        }

        if (normalization.CleanText)
        {
            Set(_characters.Removed, _ => Removed);
            Set(_characters.Whitespace, _ => IndexOf(" "));
        }

        MaxExpansion = _replacements.Select(replacement => replacement.Length).Append(HangulSyllable.MaxLength).Max() + 2;
    }

    /// <summary>The most UTF-16 code units that come of one.</summary>
    public int MaxExpansion { get; }

    /// <summary>Writes what becomes of a code point, and returns its length.</summary>
    /// <param name="rune">The code point.</param>
    /// <param name="destination">Room for <see cref="MaxExpansion"/> for each of the code point's code units.</param>
    /// <param name="isMovable">Set, never cleared, if a mark remains that may have to move: see <see cref="InOrder"/>.</param>
    public int Write(Rune rune, Span<char> destination, ref bool isMovable)
    {
        int entry = _table[rune.Value];
        if (entry < Spaced)
        {
            isMovable |= (entry & Movable) != 0;
            return WriteEntry(entry & ~Movable, rune, destination);
        }

        destination[0] = ' ';
        int length = WriteEntry(entry & ~Spaced, rune, destination[1..]);
        destination[length + 1] = ' ';
        return length + 2;
    }

    /// <summary>
    /// The text before accents are stripped: decomposed, without what cleaning removes, and each run of marks sorted by combining class.
    /// </summary>
    /// <remarks>
    /// Most marks are stripped and their order is of no account; but some outlive it, such as the stems of musical notes, and for them
    /// the canonical ordering of Unicode (section 3.11) has to be done.
    /// </remarks>
    public string InOrder(ReadOnlySpan<char> text)
    {
        StringBuilder ordered = new();
        List<Rune> marks = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (_table[rune.Value] == Removed)
            {
                continue;
            }

            string parts = _characters.Stripped.GetValueOrDefault(rune.Value) ?? rune.ToString();
            foreach (Rune part in parts.EnumerateRunes())
            {
                if (CombiningClass(part) > 0)
                {
                    marks.Add(part);
                    continue;
                }

                AppendInOrder(marks, ordered);
                ordered.Append(part);
            }
        }

        AppendInOrder(marks, ordered);
        return ordered.ToString();
    }

    private void AppendInOrder(List<Rune> marks, StringBuilder ordered)
    {
        foreach (Rune mark in marks.OrderBy(CombiningClass))
        {
            ordered.Append(mark);
        }

        marks.Clear();
    }

    private int CombiningClass(Rune rune) => _characters.CombiningClasses.GetValueOrDefault(rune.Value);

    private int WriteEntry(int entry, Rune rune, Span<char> destination)
    {
        switch (entry)
        {
            case Unchanged:
                return rune.EncodeToUtf16(destination);
            case Removed:
                return 0;
            case Syllable:
                return HangulSyllable.Decompose(rune.Value, destination);
            default:
                string replacement = _replacements[entry - FirstReplacement];
                replacement.CopyTo(destination);
                return replacement.Length;
        }
    }

    private void StripAccents(bool lowercase)
    {
        Set(HangulSyllable.All, _ => Syllable);
        Set(_characters.CombiningClasses.Keys, _ => Movable);
        Set(_characters.Accents, _ => IndexOf(""));
        foreach ((int point, string stripped) in _characters.Stripped)
        {
            bool isMovable = stripped.EnumerateRunes().Any(rune => CombiningClass(rune) > 0);
            ushort index = IndexOf(lowercase ? Lower(stripped) : stripped);
            _table[point] = isMovable ? (ushort)(index | Movable) : index;
        }
    }

    private string Lower(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => _characters.Lower.GetValueOrDefault(rune.Value) ?? rune.ToString()));

    private void Set(IEnumerable<int> points, Func<ushort, ushort> entryOf)
    {
        foreach (int point in points)
        {
            _table[point] = entryOf(_table[point]);
        }
    }

    private ushort IndexOf(string replacement)
    {
        if (!_indices.TryGetValue(replacement, out ushort index))
        {
            index = checked((ushort)(FirstReplacement + _replacements.Count));
            _indices.Add(replacement, index);
            _replacements.Add(replacement);
        }

        return index;
    }
}
