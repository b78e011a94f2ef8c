using Microsoft.ML.Lora.Models;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>The tensors of one layer as a pass reads them.</summary>
internal sealed record LayerTensors
{
    /// <summary>Query, key and value projections as one: (3 · hidden, hidden).</summary>
    public required TensorMap Projections { get; init; }

    /// <summary>Attention's output projection.</summary>
    public required TensorMap AttentionOutput { get; init; }

    /// <summary>The normalisation behind attention.</summary>
    public required TensorMap AttentionNorm { get; init; }

    /// <summary>The first matrix of the feed-forward block.</summary>
    public required TensorMap FeedForwardIn { get; init; }

    /// <summary>The second matrix of the feed-forward block.</summary>
    public required TensorMap FeedForwardOut { get; init; }

    /// <summary>The normalisation behind the feed-forward block.</summary>
    public required TensorMap OutputNorm { get; init; }

    /// <summary>Low-rank updates that are not merged into the matrices, by the matrix they lie on.</summary>
    public required IReadOnlyDictionary<LoraTargets, FactorPair> Updates { get; init; }

    /// <summary>The bottlenecks by where they lie.</summary>
    public required IReadOnlyDictionary<BottleneckPlace, BottleneckTensors> Bottlenecks { get; init; }

    /// <summary>All tensors.</summary>
    public IEnumerable<Tensor> Tensors =>
    [
        .. Projections.Tensors, .. AttentionOutput.Tensors, .. AttentionNorm.Tensors, .. FeedForwardIn.Tensors, .. FeedForwardOut.Tensors,
        .. OutputNorm.Tensors, .. Updates.Values.SelectMany(update => new[] { update.A, update.B }), .. Bottlenecks.Values.SelectMany(bottleneck => bottleneck.Tensors),
    ];
}
