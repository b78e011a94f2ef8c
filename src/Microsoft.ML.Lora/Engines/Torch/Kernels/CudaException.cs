using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>CUDA, or what comes with it, did not do what it was asked to: of the kind that the device library's own faults are.</summary>
/// <param name="message">What failed, and why.</param>
internal sealed class CudaException(string message) : ExternalException(message);
