using System.Numerics.Tensors;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Models;

/// <summary>What training made: of the encoder what its adaptation asks for, and the head, under the names of <see cref="TrainedNames"/>.</summary>
/// <param name="Tensors">In a fixed order: embeddings, then layer by layer, then the head; weights before biases, A before B.</param>
internal sealed record TrainedWeights(IReadOnlyList<NamedTensor> Tensors)
{
    /// <summary>How many numbers were trained.</summary>
    public long Count => Tensors.Sum(tensor => (long)tensor.Values.Length);

    /// <summary>The first tensor that holds an infinity or not-a-number; <see langword="null"/> if all are finite.</summary>
    public NamedTensor? NotFinite => Tensors.FirstOrDefault(tensor => !TensorPrimitives.IsFiniteAll<float>(tensor.Values));
}
