using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.ML.Lora.Benchmarks.Reports;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>BenchmarkDotNet over every kernel and stage, each beside its plain loop.</summary>
internal static class KernelsCommand
{
    public static CliCommand Create()
    {
        var filters = new Option<string[]>("--filter")
        {
            Description = "Which benchmarks, as *Softmax*; all unless given.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["*"],
        };
        var job = new Option<string>("--job") { Description = "How long to measure each.", DefaultValueFactory = _ => "default" };
        job.AcceptOnlyFromAmong("dry", "short", "medium", "default");
        Option<string> results = MeasuringOptions.Results();
        var command = new CliCommand("kernels", "BenchmarkDotNet over kernels and stages, each kernel beside its plain loop.") { filters, job, results };
        command.SetAction(result =>
        {
            IConfig config = Config(JobOf(result.GetRequiredValue(job)));
            string[] arguments = ["--filter", .. result.GetRequiredValue(filters)];
            Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(KernelsCommand).Assembly).Run(arguments, config)];
            if (summaries.Length == 0 || summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)))
            {
                Console.Error.WriteLine("Some benchmarks found nothing or failed (see above), so no result is written.");
                return 1;
            }

            string body = $"BenchmarkDotNet, {result.GetRequiredValue(job)} job, in process.\n\n{string.Join('\n', summaries.Select(Table))}";
            MeasuringOptions.Folder(result, results).Write("kernels", "Kernels and stages", body, KernelFigures.Of(summaries));
            return 0;
        });
        return command;
    }

    /// <summary>In this process: a project that BenchmarkDotNet generates takes on the settings of the folder it lands in, and builds all anew.</summary>
    private static IConfig Config(Job job) => ManualConfig.Create(DefaultConfig.Instance)
        .AddJob(job.WithToolchain(InProcessEmitToolchain.Instance))
        .WithOptions(ConfigOptions.DisableLogFile)
        .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "BenchmarkDotNet"));

    private static Job JobOf(string name) => name switch
    {
        "dry" => Job.Dry,
        "short" => Job.ShortRun,
        "medium" => Job.MediumRun,
        _ => Job.Default,
    };

    /// <summary>The class's table, without what BenchmarkDotNet says of the machine above each.</summary>
    private static string Table(Summary summary)
    {
        var text = new AccumulationLogger();
        MarkdownExporter.Console.ExportToLog(summary, text);
        IEnumerable<string> lines = text.GetLog().Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith('|'));
        return $"## {summary.BenchmarksCases[0].Descriptor.Type.Name}\n\n{string.Join('\n', lines)}\n";
    }
}
