using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Models;

/// <summary>What training made: the adapters' factors and the head, under the names of <see cref="TrainedNames"/>.</summary>
/// <param name="Tensors">In a fixed order: layer by layer, target by target, A before B, then the head.</param>
internal sealed record TrainedWeights(IReadOnlyList<NamedTensor> Tensors)
{
    /// <summary>How many numbers were trained.</summary>
    public long Count => Tensors.Sum(tensor => (long)tensor.Values.Length);
}
