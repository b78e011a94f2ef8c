namespace Microsoft.ML.Tokenizers;

/// <summary>Splits a text into words, each of which the model then encodes by itself.</summary>
public abstract class PreTokenizer
{
    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(string text);

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text);
}
