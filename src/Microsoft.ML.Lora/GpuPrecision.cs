using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Lora;

/// <summary>What a GPU computes in. Trained weights, the optimizer's moments, losses and sums are 32-bit floating point always.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "A precision is known by the name of its type.")]
public enum GpuPrecision
{
    /// <summary>
    /// Frozen weights and activations in bfloat16, which has the range of single precision and a relative step of 2⁻⁸: no scaling of losses is needed. GELU is computed
    /// by its tanh form there, which lies within 5e-4 of the exact one.
    /// </summary>
    BFloat16,

    /// <summary>Everything in single precision, the factors of matrix products rounded to the 10-bit fraction of TensorFloat-32.</summary>
    /// <remarks>
    /// The device library has one switch for this for all of a process's GPUs and threads (<c>torch.backends.cuda.matmul.allow_tf32</c>). It is on while models
    /// of this precision compute, off while others do, and as it was before when none does. So models of this precision and of others take turns in one
    /// process, step by step and call by call, and TorchSharp code of your own that runs at the same time meets the switch as they set it.
    /// </remarks>
    TensorFloat32,

    /// <summary>Single precision throughout.</summary>
    Single,
}
