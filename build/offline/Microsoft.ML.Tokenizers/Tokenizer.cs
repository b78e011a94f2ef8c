namespace Microsoft.ML.Tokenizers;

/// <summary>Turns text into token ids: normalizer, pre-tokenizer, and what the derived class makes of each word.</summary>
public abstract class Tokenizer
{
    private protected Tokenizer()
    {
    }

    public virtual PreTokenizer? PreTokenizer => null;

    public virtual Normalizer? Normalizer => null;

    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text.AsSpan(), considerPreTokenization, considerNormalization);

    public IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        if (considerNormalization && Normalizer is not null)
        {
            text = Normalizer.Normalize(text.ToString());
        }

        List<int> ids = [];
        if (considerPreTokenization && PreTokenizer is not null)
        {
            foreach ((int offset, int length) in PreTokenizer.PreTokenize(text.ToString()))
            {
                EncodeWord(text.Slice(offset, length), ids);
            }
        }
        else
        {
            EncodeWord(text, ids);
        }

        return ids;
    }

    /// <summary>Adds the ids of one word, which may be empty.</summary>
    private protected abstract void EncodeWord(ReadOnlySpan<char> word, List<int> ids);
}
