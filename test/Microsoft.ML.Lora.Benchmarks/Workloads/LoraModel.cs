using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>The model that is measured: LoRA, the checkpoint's own pooler, a trained classifier; AdamW without clipping.</summary>
internal static class LoraModel
{
    /// <summary>Logits of a pair.</summary>
    public const int Classes = 2;

    /// <summary>The rank unless another is asked for.</summary>
    public const int UsualRank = 8;

    private const float Alpha = 16;
    private const ulong Seed = 1;

    /// <summary>As users train by default but for the rate, and as the peers do.</summary>
    public static OptimizerPlan Optimizer { get; } = new LoraSentencePairOptions { Rates = AdapterRates.Equal(1e-3f) }.ToOptimizerPlan();

    /// <summary>Every step is at the schedule's full height.</summary>
    public static StepSchedule Schedule { get; } = new(1, IsWarmup: false);

    /// <summary>What is trained.</summary>
    public static TrainablePlan Plan(int rank, LoraTargets targets = LoraTargets.QueryAndValue, int? adaptedLayers = null) => new()
    {
        Adapter = new AdapterPlan
        {
            Targets = targets,
            TopLayers = adaptedLayers,
            Rank = rank,
            Scaling = AdapterPlan.ScalingOf(Alpha, rank, rankStabilized: false),
            Dropout = 0,
        },
        Head = ClassificationHead.PretrainedPooler,
        Classes = Classes,
    };

    /// <summary>A training run at its start.</summary>
    public static ITrainingSession StartTraining(EncoderWeights encoder, TrainablePlan plan, int threads) =>
        new ManagedEngine(threads).StartTraining(encoder, plan, Optimizer, Seed);

    /// <summary>A scorer with random trained weights merged in.</summary>
    public static IPairScorer CreateScorer(
        EncoderWeights encoder, TrainablePlan plan, int threads, ScoringPrecision precision = ScoringPrecision.Single)
    {
        var random = new SeededRandom(Seed);
        IEnumerable<NamedTensor> tensors = TrainedShapes.Of(encoder.Shape, plan).Select(tensor =>
        {
            int count = tensor.Dimensions.Aggregate(1, (product, dimension) => product * dimension);
            return new NamedTensor(tensor.Name, tensor.Dimensions, RandomFloats.Draw(random, count, 0.02f));
        });
        return new ManagedEngine(threads).CreateScorer(encoder, plan, new TrainedWeights([.. tensors]), precision);
    }
}
