namespace Microsoft.ML.Tokenizers;

/// <summary>How a <see cref="WordPieceTokenizer"/> is set up.</summary>
public class WordPieceOptions
{
    /// <summary>What splits a text into words. The real product has a default; here one must be given.</summary>
    public PreTokenizer? PreTokenizer { get; set; }

    /// <summary>What rewrites a text first; none by default.</summary>
    public Normalizer? Normalizer { get; set; }

    /// <summary>The token for a word that cannot be put together from the vocabulary.</summary>
    public string UnknownToken { get; set; } = "[UNK]";

    /// <summary>What a token begins with if it continues a word.</summary>
    public string ContinuingSubwordPrefix { get; set; } = "##";

    /// <summary>Words of more UTF-16 code units are unknown.</summary>
    public int MaxInputCharsPerWord { get; set; } = 100;
}
