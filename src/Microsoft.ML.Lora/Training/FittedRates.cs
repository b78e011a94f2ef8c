namespace Microsoft.ML.Lora.Training;

/// <summary>Stands for the rule that <see cref="RateSearch"/> finds before training, and which then trains in its place.</summary>
/// <param name="budget">What the search may take.</param>
internal sealed class FittedRates(RateSearchBudget budget) : AdapterRateRule
{
    /// <summary>What the search may take.</summary>
    public RateSearchBudget Budget => budget;

    /// <inheritdoc/>
    public override string Description => $"Fitted({budget})";

    /// <summary>None of its own.</summary>
    public override double RateOfHead => 0;

    /// <inheritdoc/>
    public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state) =>
        throw new InvalidOperationException($"{Description} has no rates before its search; the search's result must train in its place.");
}
