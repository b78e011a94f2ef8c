namespace Microsoft.ML.Lora.Tokenization;

/// <summary>What tokenizer.json says: a WordPiece model behind BERT's normalizer and pre-tokenizer.</summary>
internal sealed record TokenizerJson
{
    /// <summary>The file's name.</summary>
    public const string FileName = "tokenizer.json";

    private TokenizerJson(WordPieceModel model, BertNormalization normalization)
    {
        Model = model;
        Normalization = normalization;
    }

    /// <summary>The vocabulary and how words are spelled with it.</summary>
    public WordPieceModel Model { get; }

    /// <summary>What happens to a text first.</summary>
    public BertNormalization Normalization { get; }

    /// <summary>Reads the file.</summary>
    /// <param name="stream">Its content.</param>
    /// <param name="name">What to call it in a message.</param>
    /// <exception cref="InvalidDataException">It is not JSON, or an entry is missing or wrong.</exception>
    /// <exception cref="NotSupportedException">It describes another kind of tokenizer.</exception>
    public static TokenizerJson Read(Stream stream, string name)
    {
        JsonSection file = JsonSection.Read(stream, name);
        JsonSection model = file.Section("model") ?? throw new InvalidDataException($"{name}: 'model' is missing.");
        JsonSection? normalizer = file.Section("normalizer");
        RequireType(name, "model", TypeOf(model), "WordPiece");
        RequireType(name, "normalizer", normalizer?.Text("type"), "BertNormalizer");
        RequireType(name, "pre_tokenizer", file.Section("pre_tokenizer")?.Text("type"), "BertPreTokenizer");
        RefuseAddedWords(name, file);
        return new TokenizerJson(ReadModel(name, model), ReadNormalization(normalizer!));
    }

    // Files of early versions do not name the model's type; this entry is WordPiece's alone.
    private static string? TypeOf(JsonSection model) =>
        model.Text("type") ?? (model.Whole("max_input_chars_per_word") is null ? null : "WordPiece");

    private static void RequireType(string name, string part, string? type, string supported)
    {
        if (type != supported)
        {
            throw new NotSupportedException(
                $"{name}: the {part} is {(type is null ? "missing" : $"of type '{type}'")}, but only '{supported}' is supported.");
        }
    }

    private static void RefuseAddedWords(string name, JsonSection file)
    {
        string[] words = [.. file.Sections("added_tokens")
            .Where(token => token.Flag("special") != true)
            .Select(token => $"'{token.Text("content")}'")];
        if (words.Length > 0)
        {
            throw new NotSupportedException(
                $"{name}: 'added_tokens' has {words.Length} words that are not special tokens, such as {words[0]}, "
                + "which is not supported.");
        }
    }

    private static WordPieceModel ReadModel(string name, JsonSection model)
    {
        JsonSection entries = model.Section("vocab") ?? throw new InvalidDataException($"{name}: 'model.vocab' is missing.");
        WordPieceModel defaults = new() { Vocabulary = Vocabulary.FromEntries(entries.WholeNumbers(), name) };
        return defaults with
        {
            UnknownToken = model.Text("unk_token") ?? defaults.UnknownToken,
            ContinuationPrefix = model.Text("continuing_subword_prefix") ?? defaults.ContinuationPrefix,
            MaxWordLength = MaxWordLength(name, model.Whole("max_input_chars_per_word") ?? defaults.MaxWordLength),
        };
    }

    private static int MaxWordLength(string name, int length) => length is >= 1 and <= WordPieceModel.LongestMaxWordLength
        ? length
        : throw new NotSupportedException(
            $"{name}: 'model.max_input_chars_per_word' is {length}, but only 1 to {WordPieceModel.LongestMaxWordLength} is supported.");

    private static BertNormalization ReadNormalization(JsonSection normalizer)
    {
        BertNormalization defaults = new();
        return defaults with
        {
            CleanText = normalizer.Flag("clean_text") ?? defaults.CleanText,
            SpaceIdeographs = normalizer.Flag("handle_chinese_chars") ?? defaults.SpaceIdeographs,
            StripAccents = normalizer.Flag("strip_accents"),
            Lowercase = normalizer.Flag("lowercase") ?? defaults.Lowercase,
        };
    }
}
