using System.Globalization;

namespace Microsoft.ML.Lora;

/// <summary>How the learning rates of an update's two factors, and of the head, are chosen.</summary>
public sealed record AdapterRates
{
    private AdapterRates(float rateOfA, float rateOfB, float rateOfHead) => (RateOfA, RateOfB, RateOfHead) = (rateOfA, rateOfB, rateOfHead);

    /// <summary>What is used unless something else is chosen: <see cref="Equal"/> with 2e-3.</summary>
    public static AdapterRates Default { get; } = Equal(2e-3f);

    /// <summary>Full learning rate of the factors A.</summary>
    public float RateOfA { get; }

    /// <summary>Full learning rate of the factors B.</summary>
    public float RateOfB { get; }

    /// <summary>Full learning rate of the head.</summary>
    public float RateOfHead { get; }

    /// <summary>One rate for everything that is trained: plain LoRA (arXiv 2106.09685).</summary>
    /// <param name="rate">Above 0, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of range.</exception>
    public static AdapterRates Equal(float rate) => Ratio(rate, 1);

    /// <summary>The factors B, and the head, learn faster than the factors A: LoRA+ (arXiv 2402.12354).</summary>
    /// <param name="rateOfA">Rate of the factors A. Above 0, at most 1.</param>
    /// <param name="ratio">λ: B and the head have λ · <paramref name="rateOfA"/>. Above 0; the product is at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is out of range.</exception>
    public static AdapterRates Ratio(float rateOfA, float ratio)
    {
        RequireRate(rateOfA, nameof(rateOfA));
        RequireRate(rateOfA * ratio, nameof(ratio));
        return new AdapterRates(rateOfA, rateOfA * ratio, rateOfA * ratio);
    }

    /// <summary>The rates in one line, for logs and messages.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"A {RateOfA:G4}, B {RateOfB:G4}, head {RateOfHead:G4}");

    private static void RequireRate(float rate, string parameter)
    {
        if (!(rate is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(parameter, rate, "A learning rate must be above 0 and at most 1.");
        }
    }
}
