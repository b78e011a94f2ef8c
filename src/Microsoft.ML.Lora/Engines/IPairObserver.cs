using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>Is shown what a model makes of each pair besides its logits. Must be safe to call from several threads at once.</summary>
internal interface IPairObserver
{
    /// <summary>Looks at one pair. Each pair of a call is shown once, in any order.</summary>
    /// <param name="number">The pair's number in the call, from 0.</param>
    /// <param name="pair">The pair.</param>
    /// <param name="tokens">What goes into the last layer: the vectors of all tokens, special ones included, (length, hidden). Valid during the call.</param>
    void Observe(int number, EncodedPair pair, ReadOnlySpan<float> tokens);
}
