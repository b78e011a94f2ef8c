using static System.FormattableString;

namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>α = η/√λ and β = η·√λ, so that αβ = η², with the <see cref="LearnedRatio"/> λ of each matrix.</summary>
/// <param name="rate">η, which the head has too.</param>
internal sealed class BalancedRates(float rate) : AdapterRateRule
{
    /// <inheritdoc/>
    public override string Description => Invariant($"Balanced({rate}), {LearnedRatio.Description}");

    /// <inheritdoc/>
    public override double RateOfHead => rate;

    /// <inheritdoc/>
    public override AdapterStatistics Statistics => AdapterStatistics.Directions;

    /// <inheritdoc/>
    public override int StateLength => 1;

    /// <inheritdoc/>
    public override void Start(Span<float> state) => state[0] = LearnedRatio.Start;

    /// <inheritdoc/>
    public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state)
    {
        double root = Math.Sqrt(LearnedRatio.Update(update, ref state[0]));
        return new AdapterFactorRates(rate / root, rate * root);
    }
}
