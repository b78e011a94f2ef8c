using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>One bottleneck adapter.</summary>
/// <param name="Norm">What its input goes through first; <see langword="null"/> for nothing.</param>
/// <param name="Down">Hidden to its width.</param>
/// <param name="Up">Its width back to hidden.</param>
internal sealed record BottleneckTensors(TensorMap? Norm, TensorMap Down, TensorMap Up)
{
    /// <summary>All tensors.</summary>
    public IEnumerable<Tensor> Tensors => [.. Norm?.Tensors ?? [], .. Down.Tensors, .. Up.Tensors];
}
