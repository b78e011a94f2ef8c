namespace Microsoft.ML.Lora.Models;

/// <summary>What a family's checkpoints call the parts of an encoder; <c>.weight</c> or <c>.bias</c> follows.</summary>
internal sealed record EncoderNames
{
    /// <summary>What stands before every name where the encoder was saved as part of a larger model, its dot included.</summary>
    public required string Prefix { get; init; }

    /// <inheritdoc cref="EmbeddingWeights.Words"/>
    public required string Words { get; init; }

    /// <inheritdoc cref="EmbeddingWeights.Positions"/>
    public required string Positions { get; init; }

    /// <inheritdoc cref="EmbeddingWeights.Segments"/>
    public required string? Segments { get; init; }

    /// <inheritdoc cref="EmbeddingWeights.Norm"/>
    public required string EmbeddingNorm { get; init; }

    /// <summary>The parts of a layer, by its number from 0.</summary>
    public required Func<int, LayerNames> Layer { get; init; }

    /// <inheritdoc cref="EncoderWeights.Pooler"/>
    public required string Pooler { get; init; }

    /// <summary>The names of BERT (Devlin et al., arXiv 1810.04805) as its published checkpoints have them.</summary>
    public static EncoderNames Bert { get; } = new()
    {
        Prefix = "bert.",
        Words = TrainedNames.Words,
        Positions = TrainedNames.Positions,
        Segments = TrainedNames.Segments,
        EmbeddingNorm = TrainedNames.EmbeddingNorm,
        Layer = layer => new()
        {
            Query = TrainedNames.Module(layer, LoraTargets.Query),
            Key = TrainedNames.Module(layer, LoraTargets.Key),
            Value = TrainedNames.Module(layer, LoraTargets.Value),
            AttentionOutput = TrainedNames.Module(layer, LoraTargets.AttentionOutput),
            AttentionNorm = TrainedNames.AttentionNorm(layer),
            FeedForwardIn = TrainedNames.Module(layer, LoraTargets.FeedForwardIn),
            FeedForwardOut = TrainedNames.Module(layer, LoraTargets.FeedForwardOut),
            OutputNorm = TrainedNames.OutputNorm(layer),
        },
        Pooler = TrainedNames.Pooler,
    };
}
