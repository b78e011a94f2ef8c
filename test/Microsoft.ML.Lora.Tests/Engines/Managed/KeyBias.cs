using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>
/// The one trained tensor whose gradient is zero: a key's bias adds the same to all scores of a query, which softmax ignores. Rounding
/// leaves something of it, which no relative tolerance fits.
/// </summary>
internal static class KeyBias
{
    /// <summary>Adam divides what rounding left of the gradient by its own size, so that the bias moves by some of the rate all the same.</summary>
    public const double AfterStepsTolerance = 2e-3;

    public static bool IsOne(string name) => name.EndsWith(TrainedNames.Bias(TrainedNames.Part(LoraTargets.Key)), StringComparison.Ordinal);

    /// <summary>Nothing is left besides the rounding of a gradient as a whole.</summary>
    public static void AssertNoGradient(ReadOnlySpan<float> gradient, double norm, string name)
    {
        foreach (float value in gradient)
        {
            Assert.IsLessThanOrEqualTo(Closeness.SingleTolerance * norm, Math.Abs((double)value), name);
        }
    }
}
