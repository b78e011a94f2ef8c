namespace Microsoft.ML.Upstream.Tests.Evaluation;

/// <summary>Compares metrics.</summary>
internal static class MetricAssert
{
    /// <summary>The logarithms of two platforms may differ in their last digit; nothing else may.</summary>
    private const double LastDigits = 1e-14;

    /// <summary>The same number, the same infinity, or both NaN.</summary>
    public static void AreEqual(double expected, double actual, string metric)
    {
        if (double.IsFinite(expected))
            Assert.AreEqual(expected, actual, LastDigits * Math.Max(1, Math.Abs(expected)), metric);
        else
            Assert.AreEqual(expected, actual, metric);
    }

    /// <summary>As many numbers, each equal.</summary>
    public static void AreEqual(IReadOnlyList<double> expected, IReadOnlyList<double> actual, string metric)
    {
        Assert.HasCount(expected.Count, actual, metric);
        for (var index = 0; index < expected.Count; index++)
            AreEqual(expected[index], actual[index], $"{metric}[{index}]");
    }
}
