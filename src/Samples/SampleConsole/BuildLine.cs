using System.Globalization;
using LoraMl.Build;
using Microsoft.ML;
using Spectre.Console;

namespace SampleConsole;

/// <summary>Says which build is running, since <c>dotnet run</c> does not show what the build said.</summary>
public static class BuildLine
{
    private const int WidthOfLogs = 200;

    /// <summary>What the build stands on, in words.</summary>
    public static string Upstream { get; } = BuildFacts.UpstreamSource switch
    {
        "packages" => "the Microsoft.ML package",
        "folder" => "Microsoft.ML from a folder",
        "offline" => "the offline stand-in for Microsoft.ML",
        string other => other,
    };

    /// <summary>Prints one line: what the sample is, what it stands on, and with how many threads it works.</summary>
    public static void Print(string sample, int threads)
    {
        if (Console.IsOutputRedirected)
        {
            // A log is plain text, and what reads it breaks lines by itself.
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
            AnsiConsole.Profile.Width = WidthOfLogs;
        }

        string why = BuildFacts.UpstreamSource == "offline" ? " (the package feed does not serve it; see README)" : "";
        string version = typeof(MLContext).Assembly.GetName().Name!;
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold]{sample}[/] on {Upstream}{why} [grey]({version})[/], {threads} {(threads == 1 ? "thread" : "threads")}, .NET {Environment.Version}");
    }
}
