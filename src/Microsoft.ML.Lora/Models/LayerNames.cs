namespace Microsoft.ML.Lora.Models;

/// <summary>What a checkpoint calls the parts of one layer; <c>.weight</c> or <c>.bias</c> follows.</summary>
internal sealed record LayerNames
{
    /// <inheritdoc cref="LayerWeights.Query"/>
    public required string Query { get; init; }

    /// <inheritdoc cref="LayerWeights.Key"/>
    public required string Key { get; init; }

    /// <inheritdoc cref="LayerWeights.Value"/>
    public required string Value { get; init; }

    /// <inheritdoc cref="LayerWeights.AttentionOutput"/>
    public required string AttentionOutput { get; init; }

    /// <inheritdoc cref="LayerWeights.AttentionNorm"/>
    public required string AttentionNorm { get; init; }

    /// <inheritdoc cref="LayerWeights.FeedForwardIn"/>
    public required string FeedForwardIn { get; init; }

    /// <inheritdoc cref="LayerWeights.FeedForwardOut"/>
    public required string FeedForwardOut { get; init; }

    /// <inheritdoc cref="LayerWeights.OutputNorm"/>
    public required string OutputNorm { get; init; }
}
