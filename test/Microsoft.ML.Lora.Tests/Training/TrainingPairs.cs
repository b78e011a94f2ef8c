using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>Labelled pairs of one token a sentence, from which the row and the order of the sentences can be read back.</summary>
internal static class TrainingPairs
{
    private const int FirstToken = 100;
    private const int SecondToken = 10_000;

    /// <summary>Rows 0 to count − 1; odd rows are positive.</summary>
    public static LabeledPairs Create(int count, bool symmetric = false)
    {
        EncodedPair[] pairs = [.. Enumerable.Range(0, count).Select(row => Pair(FirstToken + row, SecondToken + row))];
        EncodedPair[]? swapped = symmetric ? [.. Enumerable.Range(0, count).Select(row => Pair(SecondToken + row, FirstToken + row))] : null;
        return new LabeledPairs(pairs, swapped, [.. Enumerable.Range(0, count).Select(row => row % 2)]);
    }

    /// <summary>The row that a pair was made for.</summary>
    public static int RowOf(EncodedPair pair) => Math.Min(pair.TokenIds[1], pair.TokenIds[3]) - FirstToken;

    /// <summary>Whether the pair has its sentences in the other order.</summary>
    public static bool IsSwapped(EncodedPair pair) => pair.TokenIds[1] >= SecondToken;

    private static EncodedPair Pair(int first, int second) => new([2, first, 3, second, 3], new TokenSpan(1, 1), new TokenSpan(3, 1));
}
