using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Models;

/// <summary>A training run at rest: everything from which it goes on as if it had never stopped.</summary>
/// <param name="Tensors">Trained weights, best weights so far, optimizer moments; each name once.</param>
/// <param name="Facts">Position in the run, random states, history, and what the run was started with.</param>
internal sealed record TrainingCheckpoint(IReadOnlyList<NamedTensor> Tensors, Facts Facts);
