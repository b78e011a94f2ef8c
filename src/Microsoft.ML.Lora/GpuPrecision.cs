using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Lora;

/// <summary>What a GPU computes in. Trained weights, the optimizer's moments, losses and sums are 32-bit floating point always.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "A precision is known by the name of its type.")]
public enum GpuPrecision
{
    /// <summary>
    /// Frozen weights and activations in bfloat16, which has the range of single precision and a relative step of 2⁻⁸: no scaling of losses is needed.
    /// </summary>
    BFloat16,

    /// <summary>Everything in single precision, the factors of matrix products rounded to the 10-bit fraction of TensorFloat-32.</summary>
    TensorFloat32,

    /// <summary>Single precision throughout.</summary>
    Single,
}
