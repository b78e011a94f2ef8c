namespace Microsoft.ML.Lora.Benchmarks.Peers;

/// <summary>How this program is started once more, so that a measurement has a process of its own.</summary>
internal static class ThisProgram
{
    /// <summary>The command, without arguments.</summary>
    public static IReadOnlyList<string> Command { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(ThisProgram).Assembly.Location]
            : [Environment.ProcessPath!];
}
