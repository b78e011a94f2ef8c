using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>How far down into a layer the gradient has to go. Each value includes those before it.</summary>
internal enum GradientReach
{
    /// <summary>Not into the layer at all.</summary>
    None,

    /// <summary>To what the second feed-forward matrix puts out.</summary>
    FeedForwardOut,

    /// <summary>To what the first feed-forward matrix puts out.</summary>
    FeedForwardIn,

    /// <summary>To what attention's output projection puts out.</summary>
    AttentionOutput,

    /// <summary>To what the query, key and value projections put out.</summary>
    Attention,

    /// <summary>To the layer's own input, since a layer below is adapted.</summary>
    Input,
}

/// <summary>Derives the <see cref="GradientReach"/> of a layer from a plan.</summary>
internal static class GradientReaches
{
    /// <summary>All adapted layers carry the same targets, so only the lowest one may stop short of its input.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="plan">The updates.</param>
    /// <param name="layers">Number of the encoder's layers.</param>
    public static GradientReach Of(int layer, AdapterPlan plan, int layers) => plan.Targets switch
    {
        _ when layer < plan.FirstLayer(layers) => GradientReach.None,
        _ when layer > plan.FirstLayer(layers) => GradientReach.Input,
        var targets when (targets & (LoraTargets.Query | LoraTargets.Key | LoraTargets.Value)) != 0 => GradientReach.Attention,
        var targets when targets.HasFlag(LoraTargets.AttentionOutput) => GradientReach.AttentionOutput,
        var targets when targets.HasFlag(LoraTargets.FeedForwardIn) => GradientReach.FeedForwardIn,
        _ => GradientReach.FeedForwardOut,
    };
}
