namespace Microsoft.ML.Lora.Pipeline;

/// <summary>What an <c>MLContext</c> says of GPUs.</summary>
/// <param name="Index">Its <c>GpuDeviceId</c>; <see langword="null"/> where it names none.</param>
/// <param name="FallsBack">Its <c>FallbackToCpu</c>.</param>
internal readonly record struct ContextGpu(int? Index, bool FallsBack);
