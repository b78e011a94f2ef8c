namespace Microsoft.ML.Lora;

/// <summary>One short training of a search for rates, see <see cref="AdapterRates.Fitted"/>.</summary>
/// <param name="Round">The round of the search, from 1; each has fewer and longer trials.</param>
/// <param name="RateOfA">The rate of the factors A that was tried.</param>
/// <param name="Ratio">λ, by which B and the head were faster.</param>
/// <param name="Steps">Steps of the trial.</param>
/// <param name="LogLoss">Mean cross-entropy, in nats, on the training pairs kept aside for the search; <see langword="null"/> if the trial diverged.</param>
public sealed record RateTrial(int Round, float RateOfA, float Ratio, int Steps, double? LogLoss);
