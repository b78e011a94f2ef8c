using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>Makes a bank of training pairs.</summary>
internal static class BankDraw
{
    /// <summary>Numbers of training pairs drawn at random, each once, in rising order.</summary>
    /// <param name="pairs">Training pairs.</param>
    /// <param name="wanted">How many to draw; all of them if there are no more.</param>
    /// <param name="seed">Decides the draw.</param>
    public static int[] Choose(int pairs, int wanted, ulong seed)
    {
        int[] numbers = [.. Enumerable.Range(0, pairs)];
        if (pairs <= wanted)
        {
            return numbers;
        }

        new SeededRandom(SeededRandom.Derive(seed, "bank")).Shuffle(numbers.AsSpan());
        return [.. numbers.Take(wanted).Order()];
    }

    /// <summary>Embeds the sentences of pairs, and makes them a bank.</summary>
    /// <param name="scorer">The finished model.</param>
    /// <param name="hidden">Length of a token's vector.</param>
    /// <param name="pairs">The pairs; at least two.</param>
    /// <param name="swapped">The same pairs in the other order, or empty.</param>
    /// <param name="neighbours">k, below the number of pairs.</param>
    public static EmbeddingBank Make(
        IPairScorer scorer, int hidden, ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<EncodedPair> swapped, int neighbours)
    {
        var observer = new TraitObserver(pairs.Length, hidden, swapped.IsEmpty ? 1 : 2, bank: null);
        PairScores.Compute(observer.Observed(scorer), pairs, swapped, new float[pairs.Length]);
        return EmbeddingBank.Of(observer.Embeddings, neighbours);
    }
}
