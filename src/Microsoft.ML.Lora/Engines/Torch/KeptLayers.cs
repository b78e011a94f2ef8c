namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>What a forward pass keeps for gradients.</summary>
/// <param name="First">The lowest layer that keeps anything; the number of layers for none.</param>
/// <param name="Activated">Whether the activated feed-forward values are kept, which gradients of the second feed-forward matrix read.</param>
internal readonly record struct KeptLayers(int First, bool Activated)
{
    /// <summary>Nothing.</summary>
    public static KeptLayers None => new(int.MaxValue, false);
}
