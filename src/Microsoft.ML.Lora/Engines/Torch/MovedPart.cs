using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Weights that a step moves with one call.</summary>
/// <param name="Weights">The weights, where they lie.</param>
/// <param name="Change">What they are moved by at unit rate, of the same shape.</param>
/// <param name="Matrices">How many rates they have: one for each matrix, the first dimension, or one for all.</param>
internal readonly record struct MovedPart(Tensor Weights, Tensor Change, int Matrices);
