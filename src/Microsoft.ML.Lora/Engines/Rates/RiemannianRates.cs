using static System.FormattableString;

namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>
/// One rate for everything, with preconditioned gradients ∇A ← (BᵀB + εI)⁻¹∇A and ∇B ← ∇B(AAᵀ + εI)⁻¹ (arXiv 2402.02347, section 4): the
/// Riemannian gradient of the product under the metric of its quotient.
/// </summary>
/// <param name="rate">η.</param>
/// <param name="epsilon">ε.</param>
internal sealed class RiemannianRates(float rate, float epsilon) : AdapterRateRule
{
    /// <summary>ε.</summary>
    public double Epsilon => epsilon;

    /// <inheritdoc/>
    public override string Description => Invariant($"Riemannian({rate}, {epsilon})");

    /// <inheritdoc/>
    public override double RateOfHead => rate;

    /// <inheritdoc/>
    public override AdapterStatistics Statistics => AdapterStatistics.Factors;

    /// <inheritdoc/>
    public override bool Preconditions => true;

    /// <inheritdoc/>
    public override void Precondition(in AdapterStep update, Span<double> ofA, Span<double> ofB)
    {
        Invert(update.FactorsOfB, update.Rank, ofA);
        Invert(update.FactorsOfA, update.Rank, ofB);
    }

    /// <inheritdoc/>
    public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state) => new(rate, rate);

    private void Invert(ReadOnlySpan<float> products, int rank, Span<double> inverse)
    {
        for (int i = 0; i < products.Length; i++)
        {
            inverse[i] = products[i];
        }

        for (int i = 0; i < rank; i++)
        {
            inverse[(i * rank) + i] += epsilon;
        }

        PositiveInverse.Invert(inverse, rank);
    }
}
