namespace Microsoft.ML.Tokenizers;

/// <summary>Takes the longest token off the front of a word until nothing is left; a word for which that fails is unknown.</summary>
public class WordPieceTokenizer : Tokenizer
{
    private const int StackLimit = 256;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idOf;

    private WordPieceTokenizer(Dictionary<string, int> vocabulary, WordPieceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.UnknownToken, nameof(options));
        ArgumentNullException.ThrowIfNull(options.ContinuingSubwordPrefix, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxInputCharsPerWord, nameof(options));
        if (!vocabulary.TryGetValue(options.UnknownToken, out int unknownTokenId))
        {
            throw new ArgumentException($"The unknown token '{options.UnknownToken}' is not in the vocabulary.");
        }

        _idOf = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        UnknownToken = options.UnknownToken;
        UnknownTokenId = unknownTokenId;
        ContinuingSubwordPrefix = options.ContinuingSubwordPrefix;
        MaxInputCharsPerWord = options.MaxInputCharsPerWord;
        Normalizer = options.Normalizer;
        PreTokenizer = options.PreTokenizer ?? throw new NotSupportedException(
            $"The offline stand-in for Microsoft.ML.Tokenizers has no default: set {nameof(WordPieceOptions)}.{nameof(PreTokenizer)}.");
    }

    public override PreTokenizer? PreTokenizer { get; }

    public override Normalizer? Normalizer { get; }

    public string UnknownToken { get; }

    public int UnknownTokenId { get; }

    public string ContinuingSubwordPrefix { get; }

    public int MaxInputCharsPerWord { get; }

    /// <summary>Reads one token a line, whose id is the line's number from 0; empty lines count but name no token.</summary>
    public static WordPieceTokenizer Create(Stream vocabStream, WordPieceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(vocabStream);
        Dictionary<string, int> vocabulary = [];
        using StreamReader reader = new(vocabStream, leaveOpen: true);
        for (int line = 0; reader.ReadLine() is string token; line++)
        {
            if (token.Length > 0)
            {
                vocabulary.Add(token, line);
            }
        }

        return new WordPieceTokenizer(vocabulary, options ?? new WordPieceOptions());
    }

    private protected override void EncodeWord(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length > MaxInputCharsPerWord)
        {
            ids.Add(UnknownTokenId);
            return;
        }

        int idsBefore = ids.Count;
        int prefixLength = ContinuingSubwordPrefix.Length;

        // The word stands behind room for the prefix, which moves along over what is used up.
        int bufferLength = prefixLength + word.Length;
        Span<char> buffer = bufferLength <= StackLimit ? stackalloc char[bufferLength] : new char[bufferLength];
        word.CopyTo(buffer[prefixLength..]);
        for (int start = 0; start < word.Length;)
        {
            ContinuingSubwordPrefix.CopyTo(buffer[start..]);
            int length = start == 0 ? LongestToken(word, 0, out int id) : LongestToken(buffer[start..], prefixLength, out id);
            if (length == 0)
            {
                ids.RemoveRange(idsBefore, ids.Count - idsBefore);
                ids.Add(UnknownTokenId);
                return;
            }

            ids.Add(id);
            start += length;
        }
    }

    /// <summary>How many characters the longest token at the start of the text covers, without its prefix; 0 if there is none.</summary>
    private int LongestToken(ReadOnlySpan<char> text, int prefixLength, out int id)
    {
        for (int end = text.Length; end > prefixLength; end--)
        {
            if (_idOf.TryGetValue(text[..end], out id))
            {
                return end - prefixLength;
            }
        }

        id = UnknownTokenId;
        return 0;
    }
}
