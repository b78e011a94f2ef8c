using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Training;

/// <summary>Tokenized pairs with their classes, in the order of the rows they came from.</summary>
internal sealed class LabeledPairs
{
    /// <param name="pairs">The pairs.</param>
    /// <param name="swapped">The same pairs with their sentences in the other order; <see langword="null"/> where order is to matter.</param>
    /// <param name="labels">The class of each pair: 0 or 1.</param>
    public LabeledPairs(EncodedPair[] pairs, EncodedPair[]? swapped, int[] labels)
    {
        if (pairs.Length != labels.Length || (swapped is not null && swapped.Length != pairs.Length))
        {
            throw new ArgumentException($"{pairs.Length} pairs came with {labels.Length} labels and {swapped?.Length ?? pairs.Length} swapped pairs.", nameof(labels));
        }

        Pairs = pairs;
        Swapped = swapped;
        Labels = labels;
    }

    /// <summary>The pairs.</summary>
    public EncodedPair[] Pairs { get; }

    /// <summary>The same pairs in the other order, where order shall not matter.</summary>
    public EncodedPair[]? Swapped { get; }

    /// <summary>The class of each pair: 0 or 1.</summary>
    public int[] Labels { get; }

    /// <summary>The pairs for which <paramref name="chosen"/> has a value.</summary>
    public LabeledPairs Where(bool[] chosen, bool value) => new(
        [.. Pairs.Where((_, row) => chosen[row] == value)],
        Swapped is null ? null : [.. Swapped.Where((_, row) => chosen[row] == value)],
        [.. Labels.Where((_, row) => chosen[row] == value)]);

    /// <summary>Number of pairs.</summary>
    public int Count => Pairs.Length;
}
