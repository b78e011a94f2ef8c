using System.Diagnostics;
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
        ["commit"] = Commit(),
        ["date"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'"),
        ["processor"] = ProcessorName(),
        ["cores"] = Environment.ProcessorCount,
        ["vectorBits"] = VectorBits(),
        ["system"] = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})",
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["sdk"] = typeof(RunFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "SdkVersion").Value,
        ["command"] = WithoutMachinePaths(command),
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

    /// <summary>The checked-out commit, with "-dirty" where tracked files differ from it.</summary>
    private static string Commit()
    {
        if (Git("rev-parse", "HEAD") is not { Length: > 0 } commit)
        {
            return "unknown";
        }

        return Git("status", "--porcelain", "--untracked-files=no") is { Length: 0 } ? commit : $"{commit}-dirty";
    }

    /// <summary>What git answers; <see langword="null"/> where there is no git, or it fails.</summary>
    private static string? Git(params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = BuildFacts.RepositoryDirectory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string WithoutMachinePaths(string command) => command
        .Replace(BuildFacts.SharedDirectory, "$(SharedDirectory)", StringComparison.Ordinal)
        .Replace(BuildFacts.RepositoryDirectory, "", StringComparison.Ordinal);
}
