using System.Text.Json.Nodes;
using BenchmarkDotNet.Reports;

namespace Microsoft.ML.Lora.Benchmarks.Reports;

/// <summary>What BenchmarkDotNet found, in few numbers.</summary>
internal static class KernelFigures
{
    /// <summary>One object for each benchmark and its parameters.</summary>
    public static JsonArray Of(IEnumerable<Summary> summaries) =>
    [
        .. from summary in summaries
           from report in summary.Reports
           select new JsonObject
           {
               ["class"] = report.BenchmarkCase.Descriptor.Type.Name,
               ["method"] = report.BenchmarkCase.Descriptor.WorkloadMethod.Name,
               ["isBaseline"] = report.BenchmarkCase.Descriptor.Baseline,
               ["parameters"] = report.BenchmarkCase.Parameters.PrintInfo,
               ["meanNanoseconds"] = report.ResultStatistics?.Mean,
               ["medianNanoseconds"] = report.ResultStatistics?.Median,
               ["errorNanoseconds"] = report.ResultStatistics?.StandardError,
               ["allocatedBytes"] = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase),
           },
    ];
}
