using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Measuring;
using Microsoft.ML.Lora.Benchmarks.Reports;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>How long one pair of median length takes to score, encoded and merged weights at hand.</summary>
internal static class LatencyCommand
{
    private static readonly double[] Shares = [0.5, 0.95, 0.99];
    private static readonly TimeSpan WarmTime = TimeSpan.FromSeconds(2);

    public static CliCommand Create()
    {
        Option<string[]> encoders = MeasuringOptions.Encoders();
        Option<string?> pairs = MeasuringOptions.Pairs();
        Option<double> seconds = MeasuringOptions.Seconds(10);
        Option<string> results = MeasuringOptions.Results();
        var command = new CliCommand("latency", "Latency of one pair of median length: median, 95th and 99th percentile.")
        {
            encoders, pairs, seconds, results,
        };
        command.SetAction(result =>
        {
            PairFile file = PairFile.Find(result.GetValue(pairs));
            var table = new MarkdownTable("encoder", "tokens", "threads", "calls", "p50", "p95", "p99");
            var data = new JsonArray();
            foreach (string name in result.GetRequiredValue(encoders))
            {
                EncoderPlace place = EncoderPlace.Of(name);
                LoadedEncoder encoder = place.Open().Handle.Load();
                EncodedPair pair = Workload.Create(encoder.Tokenizer, file, new PairSelection()).MedianPair();
                foreach (int threads in new[] { 1, Environment.ProcessorCount }.Distinct())
                {
                    IReadOnlyList<double> times = Measure(encoder, pair, threads, result.GetRequiredValue(seconds));
                    double[] found = [.. Shares.Select(share => times.Percentile(share))];
                    table.Add([
                        place.Name, pair.Length.ToString(), threads.ToString(), times.Count.ToString(),
                        .. found.Select(time => Show.Milliseconds(TimeSpan.FromSeconds(time))),
                    ]);
                    data.Add(new JsonObject
                    {
                        ["encoder"] = place.Name,
                        ["tokens"] = pair.Length,
                        ["threads"] = threads,
                        ["calls"] = times.Count,
                        ["p50Seconds"] = found[0],
                        ["p95Seconds"] = found[1],
                        ["p99Seconds"] = found[2],
                    });
                }
            }

            MeasuringOptions.Folder(result, results).Write("latency", "Latency of one pair", $"Pairs: {file.Origin}.\n\n{table}", data);
        });
        return command;
    }

    /// <summary>The seconds that each call took.</summary>
    private static List<double> Measure(LoadedEncoder encoder, EncodedPair pair, int threads, double seconds)
    {
        using IPairScorer scorer = LoraModel.CreateScorer(encoder.Weights, LoraModel.Plan(LoraModel.UsualRank), threads);
        EncodedPair[] pairs = [pair];
        var logits = new float[LoraModel.Classes];
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < WarmTime;)
        {
            scorer.Score(pairs, logits);
        }

        var times = new List<double>();
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds;)
        {
            long start = Stopwatch.GetTimestamp();
            scorer.Score(pairs, logits);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return times;
    }
}
