namespace Microsoft.ML.Lora.Tokenization;

/// <summary>A vocabulary, and how words are spelled with it.</summary>
internal sealed record WordPieceModel
{
    /// <summary>The largest <see cref="MaxWordLength"/>.</summary>
    public const int LongestMaxWordLength = 1000;

    /// <summary>The tokens.</summary>
    public required Vocabulary Vocabulary { get; init; }

    /// <summary>The token for a word that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; init; } = "[UNK]";

    /// <summary>What a token begins with if it continues a word.</summary>
    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>A word of more code points is unknown.</summary>
    /// <value>From 1 to <see cref="LongestMaxWordLength"/>. The default is 100.</value>
    public int MaxWordLength { get; init; } = 100;
}
