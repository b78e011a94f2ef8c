using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Training;

/// <summary>The weights of the best validation so far.</summary>
/// <param name="Weights">A copy of the trained weights.</param>
/// <param name="Quality">The deciding figure, turned so that more is better. Finite: with not-a-number nothing could be better.</param>
/// <param name="Step">The step it was measured after.</param>
internal sealed record BestWeights(TrainedWeights Weights, double Quality, int Step);
