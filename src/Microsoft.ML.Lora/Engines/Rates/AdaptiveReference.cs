namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>What <see cref="AdaptiveRates"/> measures a step's move, and the weight it moves, by.</summary>
internal enum AdaptiveReference
{
    /// <summary>Frobenius norms of the move and of W₀.</summary>
    Frozen,

    /// <summary>Frobenius norms of the move and of W, taken as √(‖W₀‖² + s²‖BA‖²): W₀ and the update as if at right angles.</summary>
    Updated,

    /// <summary>Spectral norms of the move and of W₀.</summary>
    Spectral,
}
