using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Measuring;
using Microsoft.ML.Lora.Benchmarks.Peers;
using Microsoft.ML.Lora.Benchmarks.Reports;
using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>From the start of a process to the first pair's answer, timed from outside.</summary>
internal static class StartsCommand
{
    public static CliCommand Create()
    {
        var readyToRun = new Option<FileInfo>("--ready-to-run") { Description = "This program published with PublishReadyToRun: timed too." };
        readyToRun.AcceptExistingOnly();
        Option<int> runs = MeasuringOptions.Positive(new Option<int>("--runs") { Description = "Process starts.", DefaultValueFactory = _ => 15 });
        Option<string> results = MeasuringOptions.Results();
        var command = new CliCommand("starts", $"Times {FirstScore.Name} from outside: process start to the first pair's answer.")
        {
            readyToRun, runs, results,
        };
        command.SetAction(result =>
        {
            List<(string Name, IReadOnlyList<string> Program)> programs = [("compiled as it runs", ThisProgram.Command)];
            if (result.GetValue(readyToRun) is { } file)
            {
                programs.Add(("published ready-to-run", file.Extension == ".dll" ? ["dotnet", file.FullName] : [file.FullName]));
            }

            var table = new MarkdownTable("program", "starts", "fastest", "median", "slowest");
            var data = new JsonArray();
            foreach ((string name, double[] times) in Measure(programs, result.GetRequiredValue(runs)))
            {
                double[] shown = [times.Min(), times.Median(), times.Max()];
                table.Add([name, times.Length.ToString(), .. shown.Select(time => Show.Milliseconds(TimeSpan.FromSeconds(time)))]);
                data.Add(new JsonObject { ["program"] = name, ["seconds"] = new JsonArray([.. times.Select(time => (JsonNode)time)]) });
            }

            string body = $"The embedded encoder is loaded and one pair scored, without a model zip. The very first start is not counted.\n\n{table}";
            MeasuringOptions.Folder(result, results).Write(FirstScore.Name, "From process start to the first answer", body, data);
        });
        return command;
    }

    /// <summary>Starts the programs in turn; the first start of each only brings its files into memory.</summary>
    private static IEnumerable<(string Name, double[] Seconds)> Measure(List<(string Name, IReadOnlyList<string> Program)> programs, int runs)
    {
        double[][] times = [.. Enumerable.Range(0, runs + 1).Select(_ => programs.Select(program => Start(program.Program)).ToArray())];
        return programs.Select((program, i) => (program.Name, times.Skip(1).Select(run => run[i]).ToArray()));
    }

    private static double Start(IReadOnlyList<string> program)
    {
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), FirstScore.Name]) { RedirectStandardOutput = true };
        long begun = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        string? answer = process.StandardOutput.ReadLine();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        process.WaitForExit();
        return answer?.StartsWith(FirstScore.Answer, StringComparison.Ordinal) == true && process.ExitCode == 0
            ? seconds
            : throw new InvalidOperationException(
                $"'{string.Join(' ', start.ArgumentList.Prepend(start.FileName))}' ended with exit code {process.ExitCode} and printed '{answer}'.");
    }
}
