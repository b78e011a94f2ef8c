using System.Diagnostics;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>The most memory that this process ever had resident.</summary>
internal static class PeakMemory
{
    private const string StatusFile = "/proc/self/status";
    private const string PeakField = "VmHWM:";

    /// <summary>In bytes: what Linux calls the high-water mark, elsewhere the peak working set.</summary>
    public static long ResidentBytes()
    {
        if (File.Exists(StatusFile))
        {
            string? line = File.ReadLines(StatusFile).FirstOrDefault(text => text.StartsWith(PeakField, StringComparison.Ordinal));
            if (line is not null)
            {
                return long.Parse(line[PeakField.Length..].Replace("kB", "", StringComparison.Ordinal)) << 10;
            }
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
