using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Measuring;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>Trains and scores as the peers in build/references do, with the same options and the same answer: one JSON object.</summary>
internal static class ThroughputCommand
{
    public static CliCommand Create()
    {
        var usual = new PairSelection();
        var encoder = new Option<string>("--encoder") { Description = "mini, small, or a checkpoint folder.", DefaultValueFactory = _ => "mini" };
        Option<string?> pairs = MeasuringOptions.Pairs();
        Option<int> batch = Count("--batch", "Pairs in a batch.", usual.Batch);
        Option<int> count = Count("--count", "Pairs read from the file.", usual.Count);
        Option<int> limit = Count("--limit", "Tokens that longer pairs are cut to.", usual.Limit);
        var tokens = new Option<int?>("--tokens") { Description = "Gives every pair this many tokens: no padding to win from." };
        Option<int> rank = Count("--rank", "Rank of the updates.", LoraModel.UsualRank);
        var targets = new Option<LoraTargets>("--targets")
        {
            Description = "Adapted matrices, with commas between.",
            DefaultValueFactory = _ => LoraTargets.QueryAndValue,
        };
        Option<int> threads = Count("--threads", "Threads that work.", 1);
        Option<ScoringPrecision[]> precisions = Precisions();
        Option<double> seconds = MeasuringOptions.Seconds(20);
        Option<double?> gigaflops = MeasuringOptions.Gigaflops();
        var command = new CliCommand("throughput", "Pairs per second of training and scoring, as one JSON object.")
        {
            encoder, pairs, batch, count, limit, tokens, rank, targets, threads, precisions, seconds, gigaflops,
        };
        command.SetAction(result =>
        {
            LoadedEncoder loaded = EncoderPlace.Of(result.GetRequiredValue(encoder)).Open().Handle.Load();
            var selection = new PairSelection
            {
                Batch = result.GetRequiredValue(batch),
                Count = result.GetRequiredValue(count),
                Limit = result.GetRequiredValue(limit),
                Tokens = result.GetValue(tokens),
            };
            PairFile file = PairFile.Find(result.GetValue(pairs));
            TrainablePlan plan = LoraModel.Plan(result.GetRequiredValue(rank), result.GetRequiredValue(targets));
            Workload work = Workload.Create(loaded.Tokenizer, file, selection);
            JsonObject found = Run(
                loaded.Weights, plan, work, result.GetRequiredValue(threads), result.GetRequiredValue(precisions), result.GetRequiredValue(seconds),
                result.GetValue(gigaflops));
            found["batch"] = selection.Batch;
            found["pairs"] = file.Origin;
            Console.WriteLine(found.ToJsonString());
        });
        return command;
    }

    private static JsonObject Run(
        EncoderWeights encoder, TrainablePlan plan, Workload work, int threads, ScoringPrecision[] precisions, double seconds,
        double? givenGigaflops)
    {
        Rate training = EngineRates.Training(encoder, plan, work, threads, seconds);
        long trainingPeak = PeakMemory.ResidentBytes();
        (ScoringPrecision Precision, Rate Rate)[] scoring =
        [
            .. precisions.Select(precision => (precision, EngineRates.Scoring(encoder, plan, work, threads, seconds, precision))),
        ];
        long peak = PeakMemory.ResidentBytes();
        double ownGigaflops = ProductRate.OfLargeProducts();
        double gigaflops = givenGigaflops ?? ownGigaflops;
        var found = new JsonObject
        {
            ["engine"] = "managed",
            ["threads"] = threads,
            ["meanTokens"] = work.MeanTokens,
        };
        Add(found, "train", training, Floor.PairsPerSecond(encoder.Shape, work.MeanTokens, gigaflops, threads, isTraining: true));
        foreach ((ScoringPrecision precision, Rate rate) in scoring)
        {
            string name = precision == ScoringPrecision.Single ? "score" : $"score{precision}";
            Add(found, name, rate, Floor.PairsPerSecond(encoder.Shape, work.MeanTokens, gigaflops, threads, isTraining: false));
        }

        found["productGigaflops"] = ownGigaflops;
        found["floorGigaflops"] = gigaflops;
        found["trainPeakResidentBytes"] = trainingPeak;
        found["peakResidentBytes"] = peak;
        return found;
    }

    private static void Add(JsonObject found, string work, Rate rate, double floor)
    {
        found[$"{work}PairsPerSecond"] = rate.PairsPerSecond;
        found[$"{work}ProcessorSecondsPerPair"] = rate.ProcessorSecondsPerPair;
        found[$"{work}AllocatedBytesPerStep"] = rate.AllocatedBytesPerStep;
        found[$"{work}ShareOfFloor"] = rate.PairsPerSecond / floor;
    }

    private static Option<ScoringPrecision[]> Precisions()
    {
        var option = new Option<ScoringPrecision[]>("--precision")
        {
            Description = "What to score in, one after the other.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [ScoringPrecision.Single],
        };
        option.Validators.Add(result =>
        {
            if (!ByteProduct.IsAccelerated && result.GetValueOrDefault<ScoringPrecision[]>().Contains(ScoringPrecision.Int8))
            {
                result.AddError("This processor lacks AVX-VNNI: on it a model that asks for Int8 scores in Single.");
            }
        });
        return option;
    }

    private static Option<int> Count(string name, string description, int usual) =>
        MeasuringOptions.Positive(new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual });
}
