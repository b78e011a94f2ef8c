namespace Microsoft.ML.Lora.Models;

/// <summary>A pretrained encoder in fp32. Never changed after loading, and shared by every engine and thread that uses it.</summary>
internal sealed record EncoderWeights
{
    /// <summary>The sizes; every weight below fits them.</summary>
    public required EncoderShape Shape { get; init; }

    /// <summary>The embedding tables.</summary>
    public required EmbeddingWeights Embeddings { get; init; }

    /// <summary>The layers, first to last. A family that shares its layers lists one object several times.</summary>
    public required IReadOnlyList<LayerWeights> Layers { get; init; }

    /// <summary>The pooler's dense layer (hidden → hidden, tanh follows); <see langword="null"/> where the checkpoint has none.</summary>
    public required Affine? Pooler { get; init; }
}
