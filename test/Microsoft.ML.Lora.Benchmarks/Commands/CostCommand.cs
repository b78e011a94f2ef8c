using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Measuring;
using Microsoft.ML.Lora.Benchmarks.Reports;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>How the rates change with tokens, rank, batch, threads and encoder, beside the floor.</summary>
internal static class CostCommand
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    public static CliCommand Create()
    {
        Option<string[]> encoders = MeasuringOptions.Encoders();
        Option<string?> pairs = MeasuringOptions.Pairs();
        Option<double> seconds = MeasuringOptions.Seconds(4);
        Option<double?> gigaflops = MeasuringOptions.Gigaflops();
        Option<string> results = MeasuringOptions.Results();
        var command = new CliCommand("cost", "Table and picture of pairs per second against tokens, rank, batch, threads and encoder.")
        {
            encoders, pairs, seconds, gigaflops, results,
        };
        command.SetAction(result =>
        {
            PairFile file = PairFile.Find(result.GetValue(pairs));
            double fastestProduct = 0;
            var measured = new List<CostPoint>();
            foreach (string name in result.GetRequiredValue(encoders))
            {
                EncoderPlace place = EncoderPlace.Of(name);
                LoadedEncoder encoder = place.Open().Handle.Load();
                foreach (Sweep sweep in Sweep.All(MeasuringOptions.ThreadCounts()))
                {
                    // Between the sweeps, so that one slow moment of the machine does not lower the floor of all.
                    fastestProduct = Math.Max(fastestProduct, ProductRate.OfLargeProducts());
                    measured.AddRange(Measure(sweep, place.Name, encoder, file, result.GetRequiredValue(seconds)));
                }
            }

            double rate = result.GetValue(gigaflops) ?? fastestProduct;
            CostPoint[] points = [.. measured.Select(point => point.WithFloorAt(rate))];
            string body = $"Pairs: {file.Origin}. What does not grow is at batch 64 (from 128 tokens on 4,096 tokens a batch), rank 8, one thread, updates in all layers, and the pairs' own lengths. "
                + $"Floor: 2PT operations forward and 2PT backward at {rate:0} GFLOP/s on each thread; where only upper layers are adapted, "
                + $"training is measured when the output of those below is kept, and its P are the adapted layers' weights.\n\n{Table(points)}";
            JsonNode data = JsonSerializer.SerializeToNode(points, CamelCase)!;
            MeasuringOptions.Folder(result, results).Write("cost", "How cost grows", body, data, CostPicture.Draw(points));
        });
        return command;
    }

    /// <summary>The points of a sweep, with the floor at 1 GFLOP/s.</summary>
    private static IEnumerable<CostPoint> Measure(Sweep sweep, string name, LoadedEncoder encoder, PairFile file, double seconds)
    {
        foreach (int value in sweep.Values)
        {
            SweepSetting setting = sweep.At(value);
            if (setting.Pairs.Tokens > encoder.Weights.Shape.MaxTokens || setting.AdaptedLayers > encoder.Weights.Shape.Layers)
            {
                continue;
            }

            TrainablePlan plan = LoraModel.Plan(setting.Rank, adaptedLayers: setting.AdaptedLayers);
            Workload work = Workload.Create(encoder.Tokenizer, file, setting.Pairs);
            int warmSteps = setting.IsWarmByEpoch ? work.Batches : Protocol.UsualWarmSteps;
            double training = EngineRates.Training(encoder.Weights, plan, work, setting.Threads, seconds, warmSteps).PairsPerSecond;
            double scoring = EngineRates.Scoring(encoder.Weights, plan, work, setting.Threads, seconds).PairsPerSecond;
            double FloorOf(bool isTraining) => Floor.PairsPerSecond(
                encoder.Weights.Shape, work.MeanTokens, gigaflops: 1, setting.Threads, isTraining, isTraining ? setting.AdaptedLayers : null);
            Console.WriteLine($"{name}, {value} {sweep.Name}: training {Show.Number(training)}, scoring {Show.Number(scoring)} pairs/s");
            yield return new CostPoint(sweep.Name, name, value, work.MeanTokens, training, FloorOf(true), scoring, FloorOf(false));
        }
    }

    private static string Table(IEnumerable<CostPoint> points)
    {
        var table = new MarkdownTable(
            "what grows", "value", "encoder", "mean tokens", "training, pairs/s", "floor", "of it", "scoring, pairs/s", "floor", "of it");
        foreach (CostPoint point in points)
        {
            table.Add(
                point.Sweep, point.Value.ToString(), point.Encoder, Show.Number(point.MeanTokens),
                Show.Number(point.Training), Show.Number(point.TrainingFloor), Show.Share(point.Training / point.TrainingFloor),
                Show.Number(point.Scoring), Show.Number(point.ScoringFloor), Show.Share(point.Scoring / point.ScoringFloor));
        }

        return table.ToString();
    }
}
