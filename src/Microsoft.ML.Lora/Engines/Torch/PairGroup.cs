namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Sequences of a batch that are computed with the same number of tokens each.</summary>
/// <param name="First">The first sequence, counted in the batch's order by length.</param>
/// <param name="Count">How many sequences.</param>
/// <param name="Length">Tokens of each, padding included.</param>
/// <param name="IsPadded">Whether any is shorter than that.</param>
internal readonly record struct PairGroup(int First, int Count, int Length, bool IsPadded)
{
    /// <summary>Tokens of all, padding included.</summary>
    public int Rows => Count * Length;
}
