namespace Microsoft.ML.Lora.Pipeline;

/// <summary>
/// The one order in which a pair is tokenized where order shall not matter. A pair that is too long is cut, and of two equally long
/// sentences one may lose a token more than the other: which one must not depend on the order they came in.
/// </summary>
internal static class SentenceOrder
{
    /// <summary>Whether the sentences have to change places.</summary>
    public static bool IsReversed(ReadOnlySpan<char> first, ReadOnlySpan<char> second) => first.SequenceCompareTo(second) > 0;

    /// <summary>The pair with its sentences in that order.</summary>
    public static (string First, string Second) Arrange((string First, string Second) pair) =>
        IsReversed(pair.First, pair.Second) ? (pair.Second, pair.First) : pair;
}
