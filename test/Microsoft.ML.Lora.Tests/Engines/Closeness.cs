namespace Microsoft.ML.Lora.Tests.Engines;

/// <summary>Compares fp32 results with exact ones, relative to the largest exact value: small elements are sums of large terms.</summary>
internal static class Closeness
{
    /// <summary>
    /// fp32 has 6·10⁻⁸ relative error per operation; a few hundred operations through two LayerNorms, whose inverse deviations
    /// enlarge errors a few times, stay below this.
    /// </summary>
    public const double SingleTolerance = 2e-5;

    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        double largest = 0;
        foreach (double value in expected)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        AssertWithin(expected, actual, tolerance * largest, what);
    }

    /// <summary>The same, for what is a sum of terms that cancel in part: the largest error allowed is given as it is.</summary>
    public static void AssertWithin(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double most, string what)
    {
        Assert.AreEqual(expected.Length, actual.Length, what);
        double worst = 0;
        bool anyValue = false;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.IsTrue(float.IsFinite(actual[i]), $"{what}: element {i} is {actual[i]}.");
            anyValue |= expected[i] != 0;
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }

        Assert.IsTrue(anyValue, $"{what}: all expected values are zero, so nothing would be shown.");
        Assert.IsLessThanOrEqualTo(most, worst, $"{what}: off by {worst:g3} where {most:g3} is allowed.");
    }
}
