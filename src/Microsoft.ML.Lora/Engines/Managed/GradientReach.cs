using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>How far down into a layer the gradient has to go. Each value includes those before it.</summary>
internal enum GradientReach
{
    /// <summary>Not into the layer at all.</summary>
    None,

    /// <summary>To what the layer puts out, less the bottleneck on it.</summary>
    Output,

    /// <summary>To what the second feed-forward matrix puts out.</summary>
    FeedForwardOut,

    /// <summary>To what the first feed-forward matrix puts out.</summary>
    FeedForwardIn,

    /// <summary>To what attention's output projection puts out.</summary>
    AttentionOutput,

    /// <summary>To what the query, key and value projections put out.</summary>
    Attention,

    /// <summary>To the layer's own input, since something below is trained.</summary>
    Input,
}

/// <summary>Derives the <see cref="GradientReach"/> of a layer from a plan.</summary>
internal static class GradientReaches
{
    /// <summary>All adapted layers are adapted alike, so only the lowest one may stop short of its input.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="plan">What is adapted.</param>
    /// <param name="layers">Number of the encoder's layers.</param>
    public static GradientReach Of(int layer, AdapterPlan plan, int layers) =>
        layer < plan.FirstLayer(layers) ? GradientReach.None
        : layer > plan.FirstLayer(layers) ? GradientReach.Input
        : OfLowest(plan);

    private static GradientReach OfLowest(AdapterPlan plan) => plan.Method switch
    {
        AdaptationMethod.FullFineTuning => GradientReach.Input,
        AdaptationMethod.LastLayers => GradientReach.Attention,
        AdaptationMethod.AdapterH => GradientReach.AttentionOutput,
        AdaptationMethod.AdapterL => GradientReach.Output,
        _ => OfTargets(plan.Targets),
    };

    private static GradientReach OfTargets(LoraTargets targets) => targets switch
    {
        _ when (targets & (LoraTargets.Query | LoraTargets.Key | LoraTargets.Value)) != 0 => GradientReach.Attention,
        _ when targets.HasFlag(LoraTargets.AttentionOutput) => GradientReach.AttentionOutput,
        _ when targets.HasFlag(LoraTargets.FeedForwardIn) => GradientReach.FeedForwardIn,
        _ => GradientReach.FeedForwardOut,
    };
}
