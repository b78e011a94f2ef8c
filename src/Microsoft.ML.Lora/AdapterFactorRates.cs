namespace Microsoft.ML.Lora;

/// <summary>An <see cref="AdapterRateRule"/>'s answer for one update: the full rates, which the schedule's share is applied to.</summary>
/// <param name="A">α in A ← A − α·ΔA. At least 0 and finite.</param>
/// <param name="B">β in B ← B − β·ΔB. At least 0 and finite.</param>
public readonly record struct AdapterFactorRates(double A, double B);
