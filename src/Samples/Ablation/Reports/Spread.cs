namespace Ablation.Reports;

/// <summary>A figure over seeds.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The sample standard deviation, n − 1 in its denominator; <see langword="null"/> with one value.</param>
/// <param name="Count">How many values there were, at least 1.</param>
internal sealed record Spread(double Mean, double? Deviation, int Count)
{
    /// <summary>Mean and deviation of values; <see langword="null"/> where there are none.</summary>
    public static Spread? Of(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        double mean = values.Average();
        double? deviation = values.Count > 1 ? Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)) : null;
        return new Spread(mean, deviation, values.Count);
    }
}
