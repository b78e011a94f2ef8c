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

    /// <summary>Bytes in millions.</summary>
    public static string Megabytes(double bytes) => (bytes / Megabyte).ToString("#,0") + " MB";

    /// <summary>A time in milliseconds.</summary>
    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.00") + " ms";
}
