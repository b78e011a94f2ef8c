using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Every tensor that one pass through encoder and head reads, in what is computed in; the head's in 32 bits.</summary>
internal sealed record PassWeights
{
    /// <summary>(vocabulary, hidden).</summary>
    public required Tensor Words { get; init; }

    /// <summary>(positions, hidden).</summary>
    public required Tensor Positions { get; init; }

    /// <summary>(segments, hidden); <see langword="null"/> where the family has none.</summary>
    public required Tensor? Segments { get; init; }

    /// <summary>The normalisation of the embeddings' sum.</summary>
    public required TensorMap EmbeddingNorm { get; init; }

    /// <summary>The layers, first to last.</summary>
    public required LayerTensors[] Layers { get; init; }

    /// <summary>The pooler's dense layer; <see langword="null"/> where the head has none.</summary>
    public required TensorMap? Pooler { get; init; }

    /// <summary>The classifier.</summary>
    public required TensorMap Classifier { get; init; }

    /// <summary>All tensors; some may be there twice.</summary>
    public IEnumerable<Tensor> Tensors =>
    [
        Words, Positions, .. Segments is { } segments ? [segments] : Array.Empty<Tensor>(), .. EmbeddingNorm.Tensors,
        .. Layers.SelectMany(layer => layer.Tensors), .. Pooler?.Tensors ?? [], .. Classifier.Tensors,
    ];
}
