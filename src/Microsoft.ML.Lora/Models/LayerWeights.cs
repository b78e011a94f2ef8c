namespace Microsoft.ML.Lora.Models;

/// <summary>The weights of one encoder layer: attention, residual, LayerNorm, feed-forward, residual, LayerNorm.</summary>
internal sealed record LayerWeights
{
    /// <summary>Query projection, hidden → hidden.</summary>
    public required Affine Query { get; init; }

    /// <summary>Key projection, hidden → hidden.</summary>
    public required Affine Key { get; init; }

    /// <summary>Value projection, hidden → hidden.</summary>
    public required Affine Value { get; init; }

    /// <summary>Output projection of attention, hidden → hidden.</summary>
    public required Affine AttentionOutput { get; init; }

    /// <summary>LayerNorm behind the attention residual.</summary>
    public required Normalization AttentionNorm { get; init; }

    /// <summary>First matrix of the feed-forward block, hidden → feed-forward.</summary>
    public required Affine FeedForwardIn { get; init; }

    /// <summary>Second matrix of the feed-forward block, feed-forward → hidden.</summary>
    public required Affine FeedForwardOut { get; init; }

    /// <summary>LayerNorm behind the feed-forward residual.</summary>
    public required Normalization OutputNorm { get; init; }

    /// <summary>The matrix that one target names.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="target"/> is not exactly one matrix.</exception>
    public Affine this[LoraTargets target] => target switch
    {
        LoraTargets.Query => Query,
        LoraTargets.Key => Key,
        LoraTargets.Value => Value,
        LoraTargets.AttentionOutput => AttentionOutput,
        LoraTargets.FeedForwardIn => FeedForwardIn,
        LoraTargets.FeedForwardOut => FeedForwardOut,
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "One matrix of a layer is wanted."),
    };
}
