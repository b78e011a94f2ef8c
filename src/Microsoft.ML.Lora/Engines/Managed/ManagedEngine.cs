using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Trains and scores on the processor with nothing but .NET. Results do not depend on the number of threads.</summary>
internal sealed class ManagedEngine : IEngine
{
    /// <summary>The rehearsal, begun when first asked for: once for the process.</summary>
    private static readonly Lazy<Lazy<float[]>> Warming = new(() => Ahead.Begin(Rehearsal.Run));

    private readonly long? _prefixBytes;

    /// <param name="threads">The most threads that work at once, the caller's included; at least 1.</param>
    /// <param name="prefixBytes">
    /// The memory that a training may keep the output of frozen layers in; <see langword="null"/> for a quarter of what the process may use.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is less than 1.</exception>
    public ManagedEngine(int threads, long? prefixBytes = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        _prefixBytes = prefixBytes;
    }

    /// <inheritdoc/>
    public string Name => "managed";

    /// <inheritdoc/>
    public int Threads { get; }

    /// <inheritdoc/>
    public void WarmUp() => _ = Warming.Value;

    /// <inheritdoc/>
    public ITrainingSession StartTraining(EncoderWeights encoder, TrainablePlan plan, OptimizerPlan optimizer, ulong seed)
    {
        Check(encoder, plan);
        return new TrainingSession(encoder, plan, optimizer, seed, Threads, _prefixBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, MemoryLimit.OfProcess());
    }

    /// <inheritdoc/>
    public bool Accelerates(ScoringPrecision precision) => precision == ScoringPrecision.Single || ByteProduct.IsAccelerated;

    /// <inheritdoc/>
    public IPairScorer CreateScorer(
        EncoderWeights encoder, TrainablePlan plan, TrainedWeights trained, ScoringPrecision precision = ScoringPrecision.Single,
        bool observable = false)
    {
        Check(encoder, plan);
        var layout = new TrainedLayout(encoder, plan);
        Memory<float> weights = AlignedMemory.Allocate(layout.Length);
        layout.Import(trained.Tensors, ("", weights));

        EncoderWeights merged = UpdateMerger.Merge(encoder, plan.Adapter, layout, weights);
        TrainablePlan rest = plan with { Adapter = plan.Adapter with { Targets = LoraTargets.None } };
        var network = new Network(merged, rest, layout, weights, Threads, differentiated: false, precision: precision, allTokens: observable);
        return new PairScorer(network, Threads, MemoryLimit.OfProcess());
    }

    private static void Check(EncoderWeights encoder, TrainablePlan plan) =>
        Faults.ThrowIfAny("The plan of what is trained", Problems(encoder, plan), nameof(plan));

    private static IEnumerable<string> Problems(EncoderWeights encoder, TrainablePlan plan)
    {
        if (plan.Head == ClassificationHead.PretrainedPooler && encoder.Pooler is null)
        {
            yield return $"the head {plan.Head} needs a pooler, but this {encoder.Shape.Family} checkpoint has none; "
                + $"use {ClassificationHead.TrainedPooler} or {ClassificationHead.Dense}.";
        }

        if (plan.Classes < 2)
        {
            yield return $"{nameof(plan.Classes)} must be at least 2, but is {plan.Classes}.";
        }

        if (!plan.Adapter.TrainsEncoder)
        {
            yield break;
        }

        if (plan.Adapter.Method != AdaptationMethod.LowRank && plan.Adapter.Targets != LoraTargets.None)
        {
            yield return $"{nameof(plan.Adapter.Targets)} must be None with {plan.Adapter.Method}, but is {plan.Adapter.Targets}.";
        }

        if (plan.Adapter.BottleneckSize is < 1 or > AdapterPlan.MostBottleneckSize)
        {
            yield return $"{nameof(plan.Adapter.BottleneckSize)} must be from 1 to {AdapterPlan.MostBottleneckSize}, but is {plan.Adapter.BottleneckSize}.";
        }

        if (plan.Adapter.TopLayers is { } layers && (layers < 1 || layers > encoder.Shape.Layers))
        {
            yield return $"{nameof(plan.Adapter.TopLayers)} must be from 1 to {encoder.Shape.Layers}, the encoder's layers, but is {layers}.";
        }

        if (plan.Adapter.Rank is < 1 or > AdapterPlan.MostRank)
        {
            yield return $"{nameof(plan.Adapter.Rank)} must be from 1 to {AdapterPlan.MostRank}, but is {plan.Adapter.Rank}.";
        }

        if (!float.IsFinite(plan.Adapter.Scaling))
        {
            yield return $"{nameof(plan.Adapter.Scaling)} must be finite, but is {plan.Adapter.Scaling}.";
        }

        if (plan.Adapter.Dropout is not (>= 0 and < 1))
        {
            yield return $"{nameof(plan.Adapter.Dropout)} must be at least 0 and below 1, but is {plan.Adapter.Dropout}.";
        }
    }
}
