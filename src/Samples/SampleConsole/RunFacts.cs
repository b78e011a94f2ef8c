using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace SampleConsole;

/// <summary>What a result was measured on, without which it says nothing.</summary>
public sealed record RunFacts
{
    /// <summary>What the build stands on.</summary>
    public required string Build { get; init; }

    /// <summary>The commit it was built from, with <c>-dirty</c> where files differed from it; <c>unknown</c> outside a repository.</summary>
    public required string Commit { get; init; }

    /// <summary>The SDK that built it.</summary>
    public required string Sdk { get; init; }

    /// <summary>The runtime it ran on.</summary>
    public required string Runtime { get; init; }

    /// <summary>The operating system.</summary>
    public required string System { get; init; }

    /// <summary>The processor's name.</summary>
    public required string Processor { get; init; }

    /// <summary>Processors that the process could use.</summary>
    public required int Cores { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>The machine in a few words.</summary>
    [JsonIgnore]
    public string Machine => $"{Processor}, {Cores} {(Cores == 1 ? "core" : "cores")}";

    /// <summary>The facts of this process.</summary>
    /// <param name="time">The clock.</param>
    public static RunFacts Collect(TimeProvider time) => new()
    {
        Build = BuildLine.Upstream,
        Commit = Built("Commit"),
        Sdk = Built("SdkVersion"),
        Runtime = RuntimeInformation.FrameworkDescription,
        System = RuntimeInformation.OSDescription,
        Processor = ProcessorName(),
        Cores = Environment.ProcessorCount,
        Date = time.GetUtcNow(),
    };

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
    private static string Built(string key) =>
        typeof(RunFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == key).Value ?? "unknown";
}
