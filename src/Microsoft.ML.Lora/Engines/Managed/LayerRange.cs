namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Some neighbouring layers of an encoder.</summary>
/// <param name="First">The first of them; equal to <paramref name="End"/> for none.</param>
/// <param name="End">The one behind the last.</param>
/// <param name="AllTokens">Whether every token is wanted of the encoder's last layer, and not the first ones alone. There is no way back from them.</param>
internal readonly record struct LayerRange(int First, int End, bool AllTokens = false)
{
    /// <summary>How many layers.</summary>
    public int Count => End - First;
}
