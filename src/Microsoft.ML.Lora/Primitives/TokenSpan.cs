namespace Microsoft.ML.Lora.Primitives;

/// <summary>A run of tokens in a sequence.</summary>
/// <param name="Start">Position of the first token.</param>
/// <param name="Length">Number of tokens; 0 for an empty sentence.</param>
internal readonly record struct TokenSpan(int Start, int Length)
{
    /// <summary>The position behind the last token.</summary>
    public int End => Start + Length;
}
