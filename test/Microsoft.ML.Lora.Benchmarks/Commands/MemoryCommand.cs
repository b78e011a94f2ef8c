using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Peers;
using Microsoft.ML.Lora.Benchmarks.Reports;
using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>Peak resident memory of training and scoring, each encoder in a process of its own.</summary>
internal static class MemoryCommand
{
    public static CliCommand Create()
    {
        Option<string[]> encoders = MeasuringOptions.Encoders();
        Option<string?> pairs = MeasuringOptions.Pairs();
        Option<double> seconds = MeasuringOptions.Seconds(10);
        Option<string> results = MeasuringOptions.Results();
        var command = new CliCommand("memory", "Peak resident memory at batch 64, each encoder in a process of its own.")
        {
            encoders, pairs, seconds, results,
        };
        command.SetAction(result =>
        {
            PairFile file = PairFile.Find(result.GetValue(pairs));
            var table = new MarkdownTable(
                "encoder", "threads", "peak of training", "peak of training and scoring", "bytes allocated/step, training", "scoring");
            var data = new JsonArray();
            foreach (string name in result.GetRequiredValue(encoders))
            {
                foreach (int threads in new[] { 1, Environment.ProcessorCount }.Distinct())
                {
                    var setting = new RunSetting(EncoderPlace.Of(name), null, threads);
                    JsonObject found = Contender.Ours.Run(setting, file.Path, result.GetRequiredValue(seconds));
                    table.Add(
                        setting.Encoder.Name, threads.ToString(),
                        Show.Megabytes((double)found["trainPeakResidentBytes"]!), Show.Megabytes((double)found["peakResidentBytes"]!),
                        Show.Number((double)found["trainAllocatedBytesPerStep"]!), Show.Number((double)found["scoreAllocatedBytesPerStep"]!));
                    data.Add(new JsonObject { ["encoder"] = setting.Encoder.Name, ["found"] = found });
                }
            }

            string body = $"Pairs: {file.Origin}. Batches of 64, rank 8 on query and value.\n\n{table}";
            MeasuringOptions.Folder(result, results).Write("memory", "Peak memory", body, data);
        });
        return command;
    }
}
