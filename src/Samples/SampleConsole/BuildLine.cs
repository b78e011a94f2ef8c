using System.Globalization;
using LoraMl.Build;
using Microsoft.ML;
using Spectre.Console;

namespace SampleConsole;

/// <summary>Says which build is running, since <c>dotnet run</c> does not show what the build said.</summary>
public static class BuildLine
{
    /// <summary>Prints one line: what the sample is, what it stands on, and with how many threads it works.</summary>
    public static void Print(string sample, int threads)
    {
        string upstream = BuildFacts.UpstreamSource switch
        {
            "packages" => "the Microsoft.ML package",
            "folder" => "Microsoft.ML from a folder",
            "offline" => "the offline stand-in for Microsoft.ML (the package feed does not serve it; see README)",
            string other => other,
        };
        string version = typeof(MLContext).Assembly.GetName().Name!;
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold]{sample}[/] on {upstream} [grey]({version})[/], {threads} threads, .NET {Environment.Version}");
    }
}
