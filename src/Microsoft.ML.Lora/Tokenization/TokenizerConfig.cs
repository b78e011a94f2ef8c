namespace Microsoft.ML.Lora.Tokenization;

/// <summary>What tokenizer_config.json says, as far as it matters here; null where it says nothing.</summary>
internal sealed record TokenizerConfig
{
    /// <summary>The file's name.</summary>
    public const string FileName = "tokenizer_config.json";

    /// <summary>The entry that names the token at the start of a sequence.</summary>
    public const string ClassEntry = "cls_token";

    /// <summary>The entry that names the token behind each sentence.</summary>
    public const string SeparatorEntry = "sep_token";

    /// <summary>The entry that names the token that fills up a batch.</summary>
    public const string PaddingEntry = "pad_token";

    /// <summary>The entry that names the token for a word that the vocabulary cannot spell.</summary>
    public const string UnknownEntry = "unk_token";

    private const string LowercaseEntry = "do_lower_case";
    private const string StripAccentsEntry = "strip_accents";
    private const string SpaceIdeographsEntry = "tokenize_chinese_chars";

    /// <summary>The token at the start of a sequence.</summary>
    public string ClassToken { get; private init; } = "[CLS]";

    /// <summary>The token behind each sentence.</summary>
    public string SeparatorToken { get; private init; } = "[SEP]";

    /// <summary>The token that fills up a batch.</summary>
    public string PaddingToken { get; private init; } = "[PAD]";

    /// <summary>The token for a word that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; private init; } = "[UNK]";

    private bool? Lowercase { get; init; }

    private bool? StripAccents { get; init; }

    private bool? SpaceIdeographs { get; init; }

    /// <summary>The settings for a checkpoint that has no other place for them: what is not said is as in BERT's own tokenizer.</summary>
    public BertNormalization Normalization
    {
        get
        {
            BertNormalization defaults = new();
            return defaults with
            {
                Lowercase = Lowercase ?? defaults.Lowercase,
                StripAccents = StripAccents,
                SpaceIdeographs = SpaceIdeographs ?? defaults.SpaceIdeographs,
            };
        }
    }

    /// <summary>Reads the file.</summary>
    /// <param name="stream">Its content.</param>
    /// <param name="name">What to call it in a message.</param>
    /// <exception cref="InvalidDataException">It is not JSON, or an entry is of the wrong kind.</exception>
    public static TokenizerConfig Read(Stream stream, string name)
    {
        JsonSection file = JsonSection.Read(stream, name);
        TokenizerConfig defaults = new();
        return new TokenizerConfig
        {
            ClassToken = file.TextOrContent(ClassEntry) ?? defaults.ClassToken,
            SeparatorToken = file.TextOrContent(SeparatorEntry) ?? defaults.SeparatorToken,
            PaddingToken = file.TextOrContent(PaddingEntry) ?? defaults.PaddingToken,
            UnknownToken = file.TextOrContent(UnknownEntry) ?? defaults.UnknownToken,
            Lowercase = file.Flag(LowercaseEntry),
            StripAccents = file.Flag(StripAccentsEntry),
            SpaceIdeographs = file.Flag(SpaceIdeographsEntry),
        };
    }

    /// <summary>Refuses settings that contradict those of tokenizer.json: one of the two files was edited without the other.</summary>
    /// <param name="other">What tokenizer.json says.</param>
    /// <param name="name">What to call this file in a message.</param>
    /// <param name="otherName">What to call tokenizer.json.</param>
    /// <exception cref="InvalidDataException">They do.</exception>
    public void RequireAgreement(BertNormalization other, string name, string otherName)
    {
        Require(LowercaseEntry, Lowercase, other.Lowercase);
        Require(StripAccentsEntry, StripAccents, other.StripsAccents);
        Require(SpaceIdeographsEntry, SpaceIdeographs, other.SpaceIdeographs);

        void Require(string entry, bool? here, bool there)
        {
            if (here is bool value && value != there)
            {
                throw new InvalidDataException(
                    $"{name}: '{entry}' is {Lower(value)}, but {otherName} sets it {Lower(there)}. "
                    + "Make the two files agree on what the encoder was trained with.");
            }
        }

        static string Lower(bool value) => value ? "true" : "false";
    }
}
