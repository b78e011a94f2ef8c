using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>One low-rank update that is computed beside its matrix.</summary>
/// <param name="A">A, (rank, in).</param>
/// <param name="B">B, (out, rank).</param>
internal sealed record FactorPair(Tensor A, Tensor B);
