namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Some neighbouring layers of an encoder.</summary>
/// <param name="First">The first of them; equal to <paramref name="End"/> for none.</param>
/// <param name="End">The one behind the last.</param>
internal readonly record struct LayerRange(int First, int End)
{
    /// <summary>How many layers.</summary>
    public int Count => End - First;
}
