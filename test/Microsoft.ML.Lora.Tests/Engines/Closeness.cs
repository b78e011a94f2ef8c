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
        Assert.AreEqual(expected.Length, actual.Length, what);
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.IsTrue(float.IsFinite(actual[i]), $"{what}: element {i} is {actual[i]}.");
            largest = Math.Max(largest, Math.Abs(expected[i]));
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }

        Assert.IsGreaterThan(0, largest, $"{what}: all expected values are zero, so nothing would be shown.");
        Assert.IsLessThanOrEqualTo(tolerance * largest, worst, $"{what}: off by {worst:g3} where the largest value is {largest:g3}.");
    }
}
