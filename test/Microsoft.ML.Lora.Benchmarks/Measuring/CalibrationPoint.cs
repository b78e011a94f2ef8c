namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>One way of scoring, on one set of pairs, after one training.</summary>
/// <param name="Train">The domain trained on.</param>
/// <param name="Test">The domain tested on.</param>
/// <param name="Seed">The training's seed.</param>
/// <param name="Score">The way of scoring.</param>
/// <param name="Constants">Its constants.</param>
/// <param name="Figures">What was measured.</param>
internal sealed record CalibrationPoint(string Train, string Test, int Seed, string Score, MatchingConstants Constants, CalibrationFigures Figures);
