using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>What a result was measured on, without which it says nothing.</summary>
internal static class RunFacts
{
    /// <summary>Names and values, in the order they are shown in.</summary>
    /// <param name="command">The command line, without the program.</param>
    public static JsonObject Collect(string command) => new()
    {
        ["commit"] = Built("Commit"),
        ["date"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'"),
        ["processor"] = ProcessorName(),
        ["cores"] = Environment.ProcessorCount,
        ["vectorBits"] = VectorBits(),
        ["system"] = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})",
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["sdk"] = Built("SdkVersion"),
        ["command"] = command,
    };

    private static int VectorBits() =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 32;

    private static string ProcessorName()
    {
        const string file = "/proc/cpuinfo";
        IEnumerable<string> lines = File.Exists(file) ? File.ReadLines(file) : [];
        string? line = lines.FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':') + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>What the build knew: the program may run elsewhere.</summary>
    private static string? Built(string key) =>
        typeof(RunFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == key).Value;
}
