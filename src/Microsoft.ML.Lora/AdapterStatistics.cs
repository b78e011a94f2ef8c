namespace Microsoft.ML.Lora;

/// <summary>What an <see cref="AdapterRateRule"/> wants to know of each update before it answers. What it does not ask for costs nothing.</summary>
public enum AdapterStatistics
{
    /// <summary>Nothing but sizes and schedule.</summary>
    None,

    /// <summary>The factors' own products, BᵀB and AAᵀ.</summary>
    Factors,

    /// <summary>The factors' products, and those with the directions that the base optimizer proposes.</summary>
    Directions,
}
