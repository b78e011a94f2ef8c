using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>Scores pairs with a finished model. Safe to call from several threads at once.</summary>
internal interface IPairScorer : IDisposable
{
    /// <summary>Computes the logits of a batch. A pair's logits do not depend on the pairs beside it, nor on the number of threads.</summary>
    /// <param name="pairs">Any number of pairs, of any lengths up to the encoder's limit.</param>
    /// <param name="logits">(pairs, classes). Overwritten.</param>
    void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits);

    /// <summary>Computes the same, and shows each pair to an observer on the way.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="logits">(pairs, classes). Overwritten.</param>
    /// <param name="observer">Is shown each pair once, from the threads that compute.</param>
    void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver observer);
}
