namespace Microsoft.ML.Lora.Primitives;

/// <summary>The whole state of a <see cref="SeededRandom"/>: what a checkpoint keeps.</summary>
internal readonly record struct RandomState(ulong S0, ulong S1, ulong S2, ulong S3);
