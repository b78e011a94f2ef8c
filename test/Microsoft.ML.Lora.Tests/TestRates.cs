namespace Microsoft.ML.Lora.Tests;

/// <summary>Rates that never change, the head's apart from the factors', as goldens have them.</summary>
internal sealed class TestRates(float a, float b, float head) : AdapterRateRule
{
    public override string Description => FormattableString.Invariant($"TestRates({a}, {b}, {head})");

    public override double RateOfHead => head;

    public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state) => new(a, b);
}
