using System.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>Turns a text into ids, without special tokens. What looks like a special token in a text is text.</summary>
internal sealed class WordPieceEncoder
{
    private const int MaxUnitsPerCodePoint = 2;

    private readonly BertNormalizer _normalizer;
    private readonly BertPreTokenizer _preTokenizer = new();
    private readonly WordPieceTokenizer _tokenizer;
    private readonly int _maxWordLength;

    public WordPieceEncoder(BertNormalization normalization, WordPieceModel model)
    {
        _normalizer = new BertNormalizer(normalization);
        _maxWordLength = model.MaxWordLength;
        using Stream vocabulary = model.Vocabulary.ToLines();
        _tokenizer = WordPieceTokenizer.Create(vocabulary, new WordPieceOptions
        {
            Normalizer = _normalizer,
            PreTokenizer = _preTokenizer,
            UnknownToken = model.UnknownToken,
            ContinuingSubwordPrefix = model.ContinuationPrefix,
            MaxInputCharsPerWord = model.MaxWordLength * MaxUnitsPerCodePoint,
        });
    }

    /// <summary>The ids of a text's first words: of as many as make <paramref name="enough"/> ids or more, or of all.</summary>
    /// <remarks>
    /// Word by word, because the tokenizer measures a word in UTF-16 code units, and Hugging Face's in code points.
    /// </remarks>
    public List<int> Encode(ReadOnlySpan<char> text, int enough)
    {
        string normalized = _normalizer.Normalize(text);
        List<int> ids = [];
        foreach ((int offset, int length) in _preTokenizer.Split(normalized))
        {
            ReadOnlySpan<char> word = normalized.AsSpan(offset, length);
            if (IsTooLong(word))
            {
                ids.Add(_tokenizer.UnknownTokenId);
            }
            else
            {
                ids.AddRange(_tokenizer.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false));
            }

            if (ids.Count >= enough)
            {
                break;
            }
        }

        return ids;
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        if (word.Length <= _maxWordLength)
        {
            return false;
        }

        int codePoints = 0;
        foreach (Rune _ in word.EnumerateRunes())
        {
            codePoints++;
        }

        return codePoints > _maxWordLength;
    }
}
