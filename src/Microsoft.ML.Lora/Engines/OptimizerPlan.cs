namespace Microsoft.ML.Lora.Engines;

/// <summary>How gradients become updates.</summary>
internal sealed record OptimizerPlan
{
    /// <summary>What makes directions of gradients. Plain gradient descent has no moments, and no use for their constants.</summary>
    public BaseOptimizer Optimizer { get; init; }

    /// <summary>What decides the rates of adapters and head.</summary>
    public required AdapterRateRule Rates { get; init; }

    /// <summary>Decay of the first moment.</summary>
    public required float Beta1 { get; init; }

    /// <summary>Decay of the second moment.</summary>
    public required float Beta2 { get; init; }

    /// <summary>Added to the root of the second moment.</summary>
    public required float Epsilon { get; init; }

    /// <summary>Weight decay, applied to matrices and biases alike: times the rate, or added to the gradient by <see cref="BaseOptimizer.Adam"/>.</summary>
    public required float WeightDecay { get; init; }

    /// <summary>The norm that the gradients are scaled down to where they are longer; <see langword="null"/> for no clipping.</summary>
    public required float? MaxGradientNorm { get; init; }
}
