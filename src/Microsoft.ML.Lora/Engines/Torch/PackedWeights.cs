using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Weights in the order in which <see cref="EncoderScript"/> reads them.</summary>
/// <param name="Tables">The embeddings' gain and bias; then words, positions and, where the family has them, segments.</param>
/// <param name="Layers">Twelve of each layer, as Scripts/encoder.py says.</param>
internal sealed record PackedWeights(Tensor[] Tables, Tensor[] Layers)
{
    /// <summary>The same weights in that order. Updates must be merged, and there must be no bottlenecks.</summary>
    public static PackedWeights Of(PassWeights weights)
    {
        if (weights.Layers.Any(layer => layer.Updates.Count > 0 || layer.Bottlenecks.Count > 0))
        {
            throw new ArgumentException("The script of the encoder has no bottlenecks and no updates apart, but these weights do.", nameof(weights));
        }

        return new PackedWeights(
            [.. weights.EmbeddingNorm.Tensors, weights.Words, weights.Positions, .. weights.Segments is { } segments ? [segments] : Array.Empty<Tensor>()],
            [.. weights.Layers.SelectMany(layer => (Tensor[])
            [
                .. layer.Projections.Tensors, .. layer.AttentionOutput.Tensors, .. layer.AttentionNorm.Tensors, .. layer.FeedForwardIn.Tensors,
                .. layer.FeedForwardOut.Tensors, .. layer.OutputNorm.Tensors,
            ])]);
    }
}
