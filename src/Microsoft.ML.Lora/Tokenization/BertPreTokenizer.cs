using System.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>
/// Splits at white space, which goes, and around punctuation, each a word by itself, exactly as Hugging Face's BertPreTokenizer.
/// </summary>
internal sealed class BertPreTokenizer : PreTokenizer
{
    private const ushort Separating = 1;
    private const ushort Punctuation = 2;

    private static readonly Lazy<CodePointTable> Breaks = new(ReadBreaks);

    private readonly CodePointTable _breaks = Breaks.Value;

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Split(text);

    /// <summary>Where the words lie, in UTF-16 code units.</summary>
    public List<(int Offset, int Length)> Split(ReadOnlySpan<char> text)
    {
        List<(int Offset, int Length)> words = [];
        int wordStart = 0;
        int position = 0;
        while (position < text.Length)
        {
            Rune.DecodeFromUtf16(text[position..], out Rune rune, out int length);
            ushort kind = _breaks[rune.Value];
            if (kind != 0)
            {
                AddWord(words, wordStart, position);
                wordStart = position + length;
            }

            if (kind == Punctuation)
            {
                words.Add((position, length));
            }

            position += length;
        }

        AddWord(words, wordStart, position);
        return words;
    }

    private static void AddWord(List<(int Offset, int Length)> words, int start, int end)
    {
        if (start < end)
        {
            words.Add((start, end - start));
        }
    }

    private static CodePointTable ReadBreaks()
    {
        CodePointTable breaks = new();
        foreach (int point in BertCharacters.Instance.Separating)
        {
            breaks[point] = Separating;
        }

        foreach (int point in BertCharacters.Instance.Punctuation)
        {
            breaks[point] = Punctuation;
        }

        return breaks;
    }
}
