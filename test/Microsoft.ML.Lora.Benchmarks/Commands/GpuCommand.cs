using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Benchmarks.Measuring;
using Microsoft.ML.Lora.Benchmarks.Reports;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Torch;
using Microsoft.ML.Lora.Engines.Torch.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Commands;

/// <summary>Trains and scores on a GPU an encoder of random weights, as build/references/peft_gpu_peer.py does with PEFT: one JSON object for each.</summary>
internal static class GpuCommand
{
    public static CliCommand Create()
    {
        var device = new Option<int>("--device") { Description = "Number of the GPU; -1 for the processor through TorchSharp.", DefaultValueFactory = _ => 0 };
        var precision = new Option<GpuPrecision>("--precision") { Description = "What the GPU computes in.", DefaultValueFactory = _ => GpuPrecision.BFloat16 };
        Option<int> layers = Count("--layers", "Layers of the encoder.", 12);
        Option<int> hidden = Count("--hidden", "Width of the encoder, a multiple of 64.", 768);
        Option<int> batch = Count("--batch", "Pairs in a batch.", 256);
        Option<int> tokens = Count("--tokens", "Tokens of each pair, unless lengths are given.", 64);
        var lengths = new Option<string?>("--lengths") { Description = "A file with a length on each line: the pairs get these." };
        Option<int> rank = Count("--rank", "Rank of the updates.", LoraModel.UsualRank);
        var targets = new Option<LoraTargets>("--targets") { Description = "Adapted matrices, with commas between.", DefaultValueFactory = _ => LoraTargets.QueryAndValue };
        var equal = new Option<bool>("--equal") { Description = "Trains with one rate for everything, and not with the adaptive rule." };
        var script = new Option<string?>("--script") { Description = "By which operators: library (the device library's alone), fused (ours but for attention) or attention (ours); what the engine chooses if not given." };
        script.AcceptOnlyFromAmong("library", "fused", "attention");
        Option<double> seconds = MeasuringOptions.Seconds(5);
        var command = new CliCommand("gpu", "Milliseconds of a training step and of scoring a batch on a GPU, as one JSON object.")
        {
            device, precision, layers, hidden, batch, tokens, lengths, rank, targets, equal, script, seconds,
        };
        command.SetAction(result =>
        {
            int number = result.GetRequiredValue(device);
            TorchPlace place = number < 0 ? TorchRuntime.Processor() : TorchRuntime.Gpu(number, result.GetRequiredValue(precision));
            EncoderShape shape = RandomEncoder.Shape(result.GetRequiredValue(layers), result.GetRequiredValue(hidden));
            int size = result.GetRequiredValue(batch);
            int[] given = result.GetValue(lengths) is { } file
                ? [.. File.ReadLines(file).Select(int.Parse)]
                : [.. Enumerable.Repeat(result.GetRequiredValue(tokens), 8 * size)];
            var found = new JsonObject { ["batch"] = size, ["meanTokens"] = given.Average() };
            AdapterRateRule rule = result.GetValue(equal) ? LoraModel.Optimizer.Rates : AdapterRates.Adaptive();
            TrainablePlan plan = LoraModel.Plan(result.GetRequiredValue(rank), result.GetRequiredValue(targets));
            Measure(found, place, shape, plan, rule, given, size, result.GetRequiredValue(seconds), result.GetValue(script));
            found["facts"] = RunFacts.Collect("gpu");
            Console.WriteLine(found.ToJsonString());
        });
        return command;
    }

    private static void Measure(JsonObject found, TorchPlace place, EncoderShape shape, TrainablePlan plan, AdapterRateRule rule, int[] lengths, int size, double seconds, string? script)
    {
        TorchEngine engine = script is null
            ? new TorchEngine(place, Environment.ProcessorCount, Console.Error.WriteLine)
            : new TorchEngine(place, Environment.ProcessorCount, Console.Error.WriteLine, shape => ScriptOf(script, place, shape));
        (found["engine"], found["rates"]) = (engine.Name, rule.Description);
        using var encoder = new RandomCheckpoint(shape);
        (EncodedPair[] Pairs, int[] Labels)[] batches = RandomEncoder.Batches(shape, lengths, size);
        float[] weights = [.. Enumerable.Repeat(1f, size)];
        TrainedWeights trained;
        using (ITrainingSession session = engine.StartTraining(encoder.Store.InFile(), plan, LoraModel.Optimizer with { Rates = rule }, seed: 1))
        {
            double loss = 0;
            void Step(int number)
            {
                (EncodedPair[] pairs, int[] labels) = batches[number % batches.Length];
                loss = session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, new StepSchedule(1, false)).Loss;
            }

            Add(found, "train", MeasureSeenShapes(batches.Length, size, seconds, Step), size);
            found["lastLoss"] = loss;
            trained = session.ExportTrained();
        }

        using IPairScorer scorer = engine.CreateScorer(encoder.Store.InFile(), plan, trained);
        var logits = new float[size * plan.Classes];
        Add(found, "score", MeasureSeenShapes(batches.Length, size, seconds, number => scorer.Score(batches[number % batches.Length].Pairs, logits)), size);
        found["peakResidentBytes"] = PeakMemory.ResidentBytes();
    }

    private static EncoderScript ScriptOf(string name, TorchPlace place, EncoderShape shape)
    {
        string? fault = name == "library" ? null
            : FusedOperators.Prepare(place.Device.index, shape.Hidden, shape.FeedForward)
                ?? (name == "fused" ? null : FusedOperators.PrepareAttention(place.Device.index, shape.HeadSize));
        return fault is not null ? throw new NotSupportedException($"Operators of this library cannot serve here: {fault}.")
            : name switch { "library" => EncoderScript.Library, "fused" => EncoderScript.Fused, _ => EncoderScript.FusedAttention };
    }

    /// <summary>Measures once every batch has been through: a device's library prepares itself for each shape that it has not seen. The peer does the same.</summary>
    private static Rate MeasureSeenShapes(int batches, int size, double seconds, Action<int> step)
    {
        for (int number = 0; number < batches; number++)
        {
            step(number);
        }

        return Protocol.Measure(size, seconds, step);
    }

    private static void Add(JsonObject found, string work, Rate rate, int size)
    {
        found[$"{work}PairsPerSecond"] = rate.PairsPerSecond;
        found[$"{work}Milliseconds"] = size / rate.PairsPerSecond * 1000;
        found[$"{work}ProcessorMilliseconds"] = rate.ProcessorSecondsPerPair * size * 1000;
    }

    private static Option<int> Count(string name, string description, int usual) =>
        MeasuringOptions.Positive(new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual });
}
