using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Says what a training run depends on, so that a checkpoint is not taken into another run.</summary>
internal static class RunFingerprint
{
    private const string Off = "none";

    /// <summary>Values that differ where a run's outcome could, under names fit for messages. Threads are not in it: the outcome does not depend on them.</summary>
    public static Facts Of(PairTrainingRequest request, LoadedEncoder encoder, int maxTokens, LabeledPairs train, LabeledPairs? validation)
    {
        var run = new Facts();
        run.Set("encoder", encoder.Identity.Checksum);
        run.Set("token limit", maxTokens);
        run.Set("symmetric", request.Symmetric);
        run.Set("training data", Describe(train));
        run.Set("validation data", validation is null ? Off : Describe(validation));
        AddTrainable(run, request.Trainable, encoder.Shape.Layers);
        AddOptimizer(run, request.Optimizer);
        AddPlan(run, request.Training);
        return run;
    }

    private static void AddTrainable(Facts run, TrainablePlan plan, int layers)
    {
        run.Set("adaptation", plan.Adapter.Method.ToString());
        run.Set("bottleneck size", plan.Adapter.Bottlenecks.IsEmpty ? Off : plan.Adapter.BottleneckSize.ToString(CultureInfo.InvariantCulture));
        run.Set("targets", plan.Adapter.Targets.ToString());
        run.Set("adapted layers", layers - plan.Adapter.FirstLayer(layers));
        run.Set("rank", plan.Adapter.Rank);
        run.Set("scaling", Text(plan.Adapter.Scaling));
        run.Set("dropout", Text(plan.Adapter.Dropout));
        run.Set("head", plan.Head.ToString());
    }

    private static void AddOptimizer(Facts run, OptimizerPlan plan)
    {
        run.Set("optimizer", plan.Optimizer.ToString());
        run.Set("rates", plan.Rates.Description);
        run.Set("weight decay", Text(plan.WeightDecay));
        run.Set("largest gradient norm", plan.MaxGradientNorm is { } norm ? Text(norm) : Off);
    }

    private static void AddPlan(Facts run, TrainingPlan plan)
    {
        run.Set("schedule", plan.Schedule.ToString());
        run.Set("warm-up", Text(plan.WarmupFraction));
        run.Set("class weighting", plan.ClassWeighting.ToString());
        run.Set("epochs", plan.Epochs);
        run.Set("batch size", plan.BatchSize);
        run.Set("validations per epoch", plan.ValidationsPerEpoch);
        run.Set("early stopping", plan.EarlyStopping is { } stopping ? FormattableString.Invariant($"{stopping.Metric} with patience {stopping.Patience}") : Off);
        run.Set("seed", plan.Seed);
    }

    /// <summary>The shortest text from which the number comes back.</summary>
    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Describe(LabeledPairs data) => FormattableString.Invariant($"{data.Count} pairs with sum {SumOf(data)}");

    /// <summary>The first 16 digits of a SHA-256 over all token ids, their lengths and the labels.</summary>
    private static string SumOf(LabeledPairs data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var pair in data.Pairs)
        {
            hash.AppendData(MemoryMarshal.AsBytes([pair.Length, pair.Second.Start]));
            hash.AppendData(MemoryMarshal.AsBytes(pair.TokenIds));
        }

        hash.AppendData(MemoryMarshal.AsBytes(data.Labels.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
