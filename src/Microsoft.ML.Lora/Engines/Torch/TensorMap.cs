using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Two tensors that belong together: weight and bias of a dense layer, or gain and bias of a normalisation.</summary>
/// <param name="Weight">(out, in), or (length).</param>
/// <param name="Bias">(out), or (length).</param>
internal sealed record TensorMap(Tensor Weight, Tensor Bias)
{
    /// <summary>Both.</summary>
    public Tensor[] Tensors => [Weight, Bias];
}
