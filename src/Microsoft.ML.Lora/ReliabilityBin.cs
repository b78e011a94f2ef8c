namespace Microsoft.ML.Lora;

/// <summary>Predictions of about the same probability, and what came of them: one point of a reliability plot.</summary>
/// <param name="Count">Predictions in the bin.</param>
/// <param name="LowestProbability">The lowest predicted probability in the bin, 0 to 1.</param>
/// <param name="HighestProbability">The highest predicted probability in the bin, 0 to 1.</param>
/// <param name="MeanProbability">The mean predicted probability, 0 to 1.</param>
/// <param name="PositiveShare">The share that is in fact positive, 0 to 1; equal to <paramref name="MeanProbability"/> where the bin is calibrated.</param>
public sealed record ReliabilityBin(int Count, double LowestProbability, double HighestProbability, double MeanProbability, double PositiveShare);
