using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>The examples of one optimizer step. The three spans have one entry per pair.</summary>
/// <remarks>The step's loss is the weighted mean cross-entropy Σ wᵢ · CEᵢ / Σ wᵢ.</remarks>
internal readonly ref struct TrainingBatch
{
    /// <summary>The pairs.</summary>
    public required ReadOnlySpan<EncodedPair> Pairs { get; init; }

    /// <summary>The class of each pair, from 0.</summary>
    public required ReadOnlySpan<int> Labels { get; init; }

    /// <summary>The weight of each pair, positive; all 1 for an unweighted loss.</summary>
    public required ReadOnlySpan<float> Weights { get; init; }
}
