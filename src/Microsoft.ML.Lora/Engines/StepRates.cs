namespace Microsoft.ML.Lora.Engines;

/// <summary>The learning rates of one step, schedule included.</summary>
/// <param name="A">Rate of every factor A.</param>
/// <param name="B">Rate of every factor B.</param>
/// <param name="Head">Rate of the head, and of all else that is no factor of a low-rank update.</param>
internal readonly record struct StepRates(float A, float B, float Head);
