namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Some of query, key and value, numbered 0, 1 and 2: every step-th from the first on. However many of the three, they are of this kind.</summary>
/// <param name="First">The first of them; 0 where there are none.</param>
/// <param name="Step">From one to the next; 1 where there is no next.</param>
internal readonly record struct ProjectionParts(int First, int Step);
