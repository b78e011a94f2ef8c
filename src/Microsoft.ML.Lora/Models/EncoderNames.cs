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
        Words = "embeddings.word_embeddings",
        Positions = "embeddings.position_embeddings",
        Segments = "embeddings.token_type_embeddings",
        EmbeddingNorm = "embeddings.LayerNorm",
        Layer = layer => new()
        {
            Query = TrainedNames.Module(layer, LoraTargets.Query),
            Key = TrainedNames.Module(layer, LoraTargets.Key),
            Value = TrainedNames.Module(layer, LoraTargets.Value),
            AttentionOutput = TrainedNames.Module(layer, LoraTargets.AttentionOutput),
            AttentionNorm = $"encoder.layer.{layer}.attention.output.LayerNorm",
            FeedForwardIn = TrainedNames.Module(layer, LoraTargets.FeedForwardIn),
            FeedForwardOut = TrainedNames.Module(layer, LoraTargets.FeedForwardOut),
            OutputNorm = $"encoder.layer.{layer}.output.LayerNorm",
        },
        Pooler = "pooler.dense",
    };
}
