using static System.FormattableString;

namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>The same two rates for every update at every step: plain LoRA where they are equal, LoRA+ (arXiv 2402.12354) where B's is higher.</summary>
/// <param name="rateOfA">α.</param>
/// <param name="ratio">λ: B and the head have λα.</param>
internal sealed class FixedRates(float rateOfA, float ratio) : AdapterRateRule
{
    private readonly float _rateOfB = rateOfA * ratio;

    /// <summary>α and λα.</summary>
    public AdapterFactorRates Rates => new(rateOfA, _rateOfB);

    /// <inheritdoc/>
    public override string Description => ratio == 1 ? Invariant($"Equal({rateOfA})") : Invariant($"Ratio({rateOfA}, {ratio})");

    /// <inheritdoc/>
    public override double RateOfHead => _rateOfB;

    /// <inheritdoc/>
    public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state) => Rates;
}
