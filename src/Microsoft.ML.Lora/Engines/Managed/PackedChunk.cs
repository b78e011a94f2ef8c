namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>A run of sequences of a <see cref="PackedBatch"/> that is computed in one go.</summary>
/// <param name="First">Number of its first sequence in the batch.</param>
/// <param name="Count">Number of its sequences.</param>
/// <param name="FirstToken">Number of its first token in the batch.</param>
/// <param name="Tokens">Number of its tokens.</param>
/// <param name="SquaredLengths">The sum of its sequences' squared lengths: the size of one head's attention.</param>
/// <param name="LongestSequence">Number of tokens of its longest sequence.</param>
internal readonly record struct PackedChunk(int First, int Count, int FirstToken, int Tokens, long SquaredLengths, int LongestSequence)
{
    /// <summary>The size of a chunk of one sequence.</summary>
    public static PackedChunk OfOne(int tokens) => new(0, 1, 0, tokens, (long)tokens * tokens, tokens);

    /// <summary>A size that any chunk of so many tokens fits into.</summary>
    public static PackedChunk OfAny(int tokens) => OfOne(tokens) with { Count = tokens };

    /// <summary>This chunk and the one that follows it as one.</summary>
    public PackedChunk With(PackedChunk next) => this with
    {
        Count = Count + next.Count,
        Tokens = Tokens + next.Tokens,
        SquaredLengths = SquaredLengths + next.SquaredLengths,
        LongestSequence = Math.Max(LongestSequence, next.LongestSequence),
    };

    /// <summary>A size that both chunks fit into.</summary>
    public PackedChunk Covering(PackedChunk other) => new(
        0,
        Math.Max(Count, other.Count),
        0,
        Math.Max(Tokens, other.Tokens),
        Math.Max(SquaredLengths, other.SquaredLengths),
        Math.Max(LongestSequence, other.LongestSequence));
}
