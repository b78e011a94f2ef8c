namespace Microsoft.ML.Lora;

/// <summary>The matrices of each encoder layer that can carry a low-rank update.</summary>
[Flags]
public enum LoraTargets
{
    /// <summary>No matrix: the encoder stays as it is and only the classification head is trained.</summary>
    None = 0,

    /// <summary>The query projection of self-attention, (hidden, hidden).</summary>
    Query = 1,

    /// <summary>The key projection of self-attention, (hidden, hidden).</summary>
    Key = 2,

    /// <summary>The value projection of self-attention, (hidden, hidden).</summary>
    Value = 4,

    /// <summary>The output projection of self-attention, (hidden, hidden).</summary>
    AttentionOutput = 8,

    /// <summary>The first matrix of the feed-forward block, (feed-forward, hidden).</summary>
    FeedForwardIn = 16,

    /// <summary>The second matrix of the feed-forward block, (hidden, feed-forward).</summary>
    FeedForwardOut = 32,

    /// <summary>Query and value, the choice of the LoRA paper (arXiv 2106.09685) and the default.</summary>
    QueryAndValue = Query | Value,

    /// <summary>All four matrices of self-attention.</summary>
    Attention = Query | Key | Value | AttentionOutput,

    /// <summary>All six matrices of a layer.</summary>
    All = Attention | FeedForwardIn | FeedForwardOut,
}
