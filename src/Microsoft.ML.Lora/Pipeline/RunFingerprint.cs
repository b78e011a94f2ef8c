using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Says what a training run depends on, so that a checkpoint is not taken into another run.</summary>
internal static class RunFingerprint
{
    /// <summary>A line that differs where a run's outcome could. Threads are not in it: the outcome does not depend on them.</summary>
    public static string Of(PairTrainingRequest request, LoadedEncoder encoder, int maxTokens, LabeledPairs train, LabeledPairs? validation)
    {
        AdapterPlan adapter = request.Trainable.Adapter;
        TrainingPlan plan = request.Training;
        string early = plan.EarlyStopping is { } stopping ? $"{stopping.Metric} with patience {stopping.Patience}" : "off";
        string clipping = request.Optimizer.MaxGradientNorm is { } norm ? norm.ToString("R", CultureInfo.InvariantCulture) : "off";
        return FormattableString.Invariant(
            $"encoder {encoder.Identity.Checksum}; at most {maxTokens} tokens; targets {(int)adapter.Targets}; rank {adapter.Rank}; scaling {adapter.Scaling:R}; dropout {adapter.Dropout:R}; head {request.Trainable.Head}; rates {plan.Rates}; schedule {plan.Schedule} after {plan.WarmupFraction:R} warm-up; weight decay {request.Optimizer.WeightDecay:R}; clipping {clipping}; class weighting {plan.ClassWeighting}; symmetric {request.Symmetric}; epochs {plan.Epochs}; batch {plan.BatchSize}; validations per epoch {plan.ValidationsPerEpoch}; early stopping {early}; seed {plan.Seed}; training pairs {train.Count} with sum {SumOf(train)}; validation pairs {validation?.Count ?? 0} with sum {(validation is null ? "none" : SumOf(validation))}");
    }

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
