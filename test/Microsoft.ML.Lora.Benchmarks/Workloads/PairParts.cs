namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>A domain's pairs, split so that no question is in two parts.</summary>
/// <param name="Train">To train on.</param>
/// <param name="Held">To fit a score's constants on.</param>
/// <param name="Judge">To judge by.</param>
internal sealed record PairParts(LabeledTexts Train, LabeledTexts Held, LabeledTexts Judge);
