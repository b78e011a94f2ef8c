namespace Microsoft.ML.Lora.Models;

/// <summary>The sizes of a post-LayerNorm transformer encoder, whatever its family.</summary>
internal sealed record EncoderShape
{
    /// <summary>The family's name as the checkpoint states it (<c>model_type</c>), for messages.</summary>
    public required string Family { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Length of a token's vector.</summary>
    public required int Hidden { get; init; }

    /// <summary>Attention heads; divides <see cref="Hidden"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of the feed-forward block.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Rows of the word embedding table.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Rows of the position embedding table.</summary>
    public required int PositionRows { get; init; }

    /// <summary>The row of the first token's position: 0 for BERT, the padding id + 1 for RoBERTa.</summary>
    public int FirstPosition { get; init; }

    /// <summary>Rows of the segment embedding table; 0 where the family has none.</summary>
    public required int Segments { get; init; }

    /// <summary>Added to the variance in every LayerNorm.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>The feed-forward block's non-linearity.</summary>
    public required Activation Activation { get; init; }

    /// <summary>Length of one head's vectors.</summary>
    public int HeadSize => Hidden / Heads;

    /// <summary>Number of weights in the matrices of all layers, which is what a pass's arithmetic goes by.</summary>
    public long LayerWeights => (long)Layers * ((4L * Hidden * Hidden) + (2L * Hidden * FeedForward));

    /// <summary>The most tokens a sequence may have.</summary>
    public int MaxTokens => PositionRows - FirstPosition;
}
