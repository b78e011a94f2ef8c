namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>What an operator sees of a tensor: one whose rows lie one behind the other.</summary>
/// <param name="Pointer">Where its numbers begin, on the device.</param>
/// <param name="Rows">The first dimension.</param>
/// <param name="Columns">Numbers of a row: the second dimension, or 1.</param>
internal readonly record struct TensorArgument(nint Pointer, int Rows, int Columns);
