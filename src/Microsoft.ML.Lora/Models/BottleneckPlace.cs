namespace Microsoft.ML.Lora.Models;

/// <summary>Where in a layer a bottleneck lies.</summary>
internal enum BottleneckPlace
{
    /// <summary>Behind attention's output projection, before its residual is added.</summary>
    AttentionOutput,

    /// <summary>Behind the second feed-forward matrix, before its residual is added.</summary>
    FeedForwardOut,

    /// <summary>Behind the layer as a whole.</summary>
    LayerOutput,
}
