using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>What <see cref="MatchingSetup"/> made.</summary>
/// <param name="Model">The matching score; <see langword="null"/> where the classifier's logit is the score.</param>
/// <param name="ValidationScores">What it gives the validation pairs; <see langword="null"/> without such pairs.</param>
internal sealed record MatchingResult(MatchingModel? Model, float[]? ValidationScores);
