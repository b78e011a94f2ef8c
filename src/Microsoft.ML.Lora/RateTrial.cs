namespace Microsoft.ML.Lora;

/// <summary>One short training of a search for rates, see <see cref="AdapterRates.Fitted"/>.</summary>
/// <param name="Round">The round of the search, from 1; each has fewer and longer trials.</param>
/// <param name="Rates">The rule that was tried, as its <see cref="AdapterRateRule.Description"/>. A round's first trial is the default rule's.</param>
/// <param name="Steps">Steps of the trial.</param>
/// <param name="LogLoss">Mean cross-entropy, in nats, on the training pairs kept aside for the search; <see langword="null"/> if the trial diverged.</param>
/// <param name="OverDefault"><paramref name="LogLoss"/> less that of the default rule in the same round; <see langword="null"/> if either diverged.</param>
/// <param name="OverDefaultError">
/// Standard error of <paramref name="OverDefault"/>, from the differences pair by pair: what the draw of the pairs alone makes uncertain.
/// </param>
public sealed record RateTrial(int Round, string Rates, int Steps, double? LogLoss, double? OverDefault, double? OverDefaultError);
