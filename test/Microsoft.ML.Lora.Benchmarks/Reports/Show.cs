namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>Numbers as tables show them.</summary>
internal static class Show
{
    private const double Megabyte = 1e6;

    /// <summary>Three digits or more.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("#,0"),
        >= 10 => value.ToString("0.0"),
        _ => value.ToString("0.00"),
    };

    /// <summary>How many times as much.</summary>
    public static string Ratio(double value) => value.ToString("0.00") + "×";

    /// <summary>A part of a whole.</summary>
    public static string Share(double value) => value.ToString("0 %");

    /// <summary>A mean of figures between −1 and 1, and how far they lie apart.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="perMean">Whether it is the mean's standard error that is wanted, not the values' standard deviation.</param>
    public static string MeanAndSpread(IReadOnlyList<double> values, bool perMean)
    {
        double mean = values.Average();
        double deviation = values.Count < 2 ? double.NaN : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        double spread = perMean ? deviation / Math.Sqrt(values.Count) : deviation;
        return $"{Fraction(mean)} ± {Fraction(spread)}";
    }

    /// <summary>A figure between −1 and 1.</summary>
    public static string Fraction(double value) => value.ToString("0.0000");

    /// <summary>Bytes in millions.</summary>
    public static string Megabytes(double bytes) => (bytes / Megabyte).ToString("#,0") + " MB";

    /// <summary>A time in milliseconds.</summary>
    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.00") + " ms";
}
