using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>Measures the managed engine through the interfaces that the rest of the library uses it by.</summary>
internal static class EngineRates
{
    /// <summary>Optimizer steps on batch after batch.</summary>
    public static Rate Training(
        EncoderWeights encoder, TrainablePlan plan, Workload work, int threads, double seconds, int warmSteps = Protocol.UsualWarmSteps)
    {
        using ITrainingSession session = LoraModel.StartTraining(encoder, plan, threads);
        return Protocol.Measure(work.Pairs(0).Length, seconds, number =>
        {
            if (!session.Step(work.Training(number), LoraModel.Schedule).IsFinite)
            {
                throw new InvalidOperationException($"Step {number} had a loss or gradient that is not finite, so its time says nothing.");
            }
        }, warmSteps);
    }

    /// <summary>Scoring batch after batch with merged weights.</summary>
    public static Rate Scoring(
        EncoderWeights encoder, TrainablePlan plan, Workload work, int threads, double seconds,
        ScoringPrecision precision = ScoringPrecision.Single)
    {
        using IPairScorer scorer = LoraModel.CreateScorer(encoder, plan, threads, precision);
        var logits = new float[work.Pairs(0).Length * plan.Classes];
        return Protocol.Measure(work.Pairs(0).Length, seconds, number => scorer.Score(work.Pairs(number), logits));
    }
}
