namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>How far a kernel may be from the exact result.</summary>
internal static class Precision
{
    /// <summary>Half a unit in the last place of a float, relative: 2⁻²⁴.</summary>
    public const double Rounding = 1.0 / (1 << 24);

    /// <summary>
    /// For results of a few dozen roundings, relative to the largest: normalised rows, probabilities, contexts and their gradients.
    /// Central differences in double precision are good to 1e-8, far below.
    /// </summary>
    public const double FewRoundings = 40 * Rounding;

    /// <summary>For results that are one correctly rounded expression.</summary>
    public const double OneRounding = 2 * Rounding;

    /// <summary>Compares relative to the largest of the expected values.</summary>
    public static void AssertClose(double[] expected, float[] actual, double tolerance, string what)
    {
        Assert.HasCount(expected.Length, actual, what);
        double largest = expected.Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance * largest, $"{what}: number {i}");
        }
    }

    /// <summary>Compares number by number, relative to each but never finer than to 1.</summary>
    public static void AssertEach(double[] expected, float[] actual, double tolerance, string what)
    {
        Assert.HasCount(expected.Length, actual, what);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance * Math.Max(1, Math.Abs(expected[i])), $"{what}: number {i}");
        }
    }
}
