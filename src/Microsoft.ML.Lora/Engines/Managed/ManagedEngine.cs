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
    public bool TakesMatricesFromFile => false;

    /// <inheritdoc/>
    public void WarmUp() => _ = Warming.Value;

    /// <inheritdoc/>
    public ITrainingSession StartTraining(EncoderWeights encoder, TrainablePlan plan, OptimizerPlan optimizer, ulong seed)
    {
        PlanCheck.Check(encoder, plan);
        return new TrainingSession(encoder, plan, optimizer, seed, Threads, _prefixBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, MemoryLimit.OfProcess());
    }

    /// <inheritdoc/>
    public string? ObjectionTo(ScoringPrecision precision) =>
        precision == ScoringPrecision.Single || ByteProduct.IsAccelerated ? null : $"this processor lacks AVX-VNNI: it scores in {ScoringPrecision.Single}";

    /// <inheritdoc/>
    public IPairScorer CreateScorer(EncoderWeights encoder, TrainablePlan plan, TrainedWeights trained, ScoringPrecision precision = ScoringPrecision.Single)
    {
        PlanCheck.Check(encoder, plan);
        var layout = new TrainedLayout(encoder, plan);
        Memory<float> weights = AlignedMemory.Allocate(layout.Length);
        layout.Import(trained.Tensors, ("", weights));

        EncoderWeights merged = UpdateMerger.Merge(encoder, plan.Adapter, layout, weights);
        TrainablePlan rest = plan with { Adapter = plan.Adapter with { Targets = LoraTargets.None } };
        var network = new Network(merged, rest, layout, weights, Threads, differentiated: false, precision: precision);
        return new PairScorer(network, Threads, MemoryLimit.OfProcess());
    }
}
