namespace Microsoft.ML.Lora.Pipeline;

/// <summary>The names of the columns that hold the pairs.</summary>
/// <param name="Label">Whether a pair belongs together; read in training alone.</param>
/// <param name="First">The first sentences.</param>
/// <param name="Second">The second sentences.</param>
/// <param name="Group">Rows to keep on one side of a split; <see langword="null"/> for none.</param>
internal sealed record PairColumns(string Label, string First, string Second, string? Group);
