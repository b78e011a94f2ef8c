namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>Medians and percentiles.</summary>
internal static class OrderStatistics
{
    /// <summary>The middle value, or the mean of the middle two.</summary>
    public static double Median(this IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The smallest value that at least this share of all values does not exceed.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="share">Above 0, up to 1.</param>
    public static double Percentile(this IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
