using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Models;

/// <summary>The embedding tables, whose rows are summed and normalised to give the first layer's input.</summary>
internal sealed record EmbeddingWeights
{
    /// <summary>(vocabulary, hidden).</summary>
    public required Matrix Words { get; init; }

    /// <summary>(position rows, hidden).</summary>
    public required Matrix Positions { get; init; }

    /// <summary>(segments, hidden); <see langword="null"/> where the family has no segments.</summary>
    public required Matrix? Segments { get; init; }

    /// <summary>LayerNorm of the sum.</summary>
    public required Normalization Norm { get; init; }
}
