namespace Microsoft.ML.Lora.Pipeline;

/// <summary>The input of a mapping that reads no column.</summary>
internal sealed class NoColumns;
