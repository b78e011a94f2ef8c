using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>Turns what a model finds in pairs into their scores. Safe to use from several threads.</summary>
/// <param name="Constants">The constants of the formula.</param>
/// <param name="Bank">What density is measured against; <see langword="null"/> where only the classifier's logit counts.</param>
internal sealed record MatchingModel(MatchingConstants Constants, EmbeddingBank? Bank)
{
    /// <summary>Pairs looked at together, so that memory does not grow with a call.</summary>
    private const int WindowPairs = 1024;

    /// <summary>The scores of pairs, each the same alone and among others.</summary>
    /// <param name="scorer">The model.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="swapped">The same pairs in the other order, or empty.</param>
    /// <param name="scores">One for each pair. Overwritten.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Score(
        IPairScorer scorer, ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<EncodedPair> swapped, Span<float> scores, CancellationToken cancellation = default)
    {
        IReadOnlyList<PairTraits> traits = Read(scorer, pairs, swapped, scores, cancellation);
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = MatchingFormula.Score(Constants, scores[i], traits[i]);
        }
    }

    /// <summary>What the formula looks at in each pair.</summary>
    /// <param name="scorer">The model.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="swapped">The same pairs in the other order, or empty.</param>
    /// <param name="logits">The classifier's logit of each pair, the mean of both orders if there are two. Overwritten.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<PairTraits> Read(
        IPairScorer scorer, ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<EncodedPair> swapped, Span<float> logits, CancellationToken cancellation = default)
    {
        var traits = new PairTraits[pairs.Length];
        for (int first = 0; first < pairs.Length; first += WindowPairs)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(WindowPairs, pairs.Length - first);
            ReadOnlySpan<EncodedPair> others = swapped.IsEmpty ? default : swapped.Slice(first, count);
            ReadWindow(scorer, pairs.Slice(first, count), others, logits.Slice(first, count), traits.AsSpan(first, count));
        }

        return traits;
    }

    private void ReadWindow(
        IPairScorer scorer, ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<EncodedPair> swapped, Span<float> logits, Span<PairTraits> traits)
    {
        if (Bank is null)
        {
            PairScores.Compute(scorer.Score, pairs, swapped, logits);
            return;
        }

        var observer = new TraitObserver(pairs.Length, Bank.Members.Columns, swapped.IsEmpty ? 1 : 2, Bank);
        PairScores.Compute(observer.Observed(scorer), pairs, swapped, logits);
        observer.Traits.CopyTo(traits);
    }
}
