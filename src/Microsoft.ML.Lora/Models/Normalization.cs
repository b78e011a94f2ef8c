namespace Microsoft.ML.Lora.Models;

/// <summary>The trained vectors of a LayerNorm.</summary>
/// <param name="Gain">(hidden).</param>
/// <param name="Bias">(hidden).</param>
internal sealed record Normalization(float[] Gain, float[] Bias);
