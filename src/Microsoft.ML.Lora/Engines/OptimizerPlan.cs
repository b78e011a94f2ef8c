namespace Microsoft.ML.Lora.Engines;

/// <summary>How gradients become updates: AdamW (Loshchilov and Hutter, arXiv 1711.05101).</summary>
internal sealed record OptimizerPlan
{
    /// <summary>Decay of the first moment.</summary>
    public required float Beta1 { get; init; }

    /// <summary>Decay of the second moment.</summary>
    public required float Beta2 { get; init; }

    /// <summary>Added to the root of the second moment.</summary>
    public required float Epsilon { get; init; }

    /// <summary>Decoupled weight decay, applied to matrices and biases alike, times the rate.</summary>
    public required float WeightDecay { get; init; }

    /// <summary>The norm that the gradients are scaled down to where they are longer; <see langword="null"/> for no clipping.</summary>
    public required float? MaxGradientNorm { get; init; }
}
