using System.CommandLine;
using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>The command line.</summary>
internal static class BenchmarkCommands
{
    /// <summary>Does what the command line asks for.</summary>
    public static int Invoke(string[] args)
    {
        var root = new RootCommand("Measures the engines, alone and beside their peers. README.md tells how.")
        {
            KernelsCommand.Create(),
            ThroughputCommand.Create(),
            CompareCommand.Create(),
            ProductsCommand.Create(),
            CostCommand.Create(),
            LatencyCommand.Create(),
            MemoryCommand.Create(),
            StartsCommand.Create(),
            RatesCommand.Create(),
            CalibrationCommand.Create(),
            GpuCommand.Create(),
            new CliCommand(FirstScore.Name, "Loads the embedded encoder, or that of a folder given, scores one pair, prints the answer."),
        };
        try
        {
            return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or InvalidDataException or InvalidOperationException
            or NotSupportedException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }
}
