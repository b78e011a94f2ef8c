using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Training sessions of the managed engine for tests, and what is done with them again and again.</summary>
internal static class Sessions
{
    public static OptimizerPlan Optimizer { get; } = new()
    {
        Rates = new TestRates(1e-2f, 2e-2f, 5e-3f),
        Beta1 = 0.9f,
        Beta2 = 0.999f,
        Epsilon = 1e-8f,
        WeightDecay = 0.01f,
        MaxGradientNorm = 1,
    };

    /// <summary>A step in the middle of training, at the schedule's full height.</summary>
    public static StepSchedule Schedule { get; } = new(1, IsWarmup: false);

    /// <summary>A session whose trained weights are random, B included.</summary>
    public static TrainingSession Start(EncoderWeights encoder, TrainablePlan plan, int threads = 1, OptimizerPlan? optimizer = null)
    {
        var session = (TrainingSession)new ManagedEngine(threads).StartTraining(encoder, plan, optimizer ?? Optimizer, seed: 5);
        session.ImportTrained(TinyModel.Randomized(session.ExportTrained(), 3));
        return session;
    }

    /// <summary>One step on random pairs that belong to a step number.</summary>
    public static StepResult Step(ITrainingSession session, EncoderShape shape, int number, int count = 24)
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(shape, (ulong)(100 + number), count);
        int[] labels = [.. pairs.Select(pair => pair.TokenIds[1] % 2)];
        float[] weights = [.. pairs.Select(pair => 0.5f + pair.TokenIds[0] % 3)];
        return session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, Schedule);
    }

    public static float[] Score(ITrainingSession session, EncodedPair[] pairs, TrainablePlan plan)
    {
        var logits = new float[pairs.Length * plan.Classes];
        session.Score(pairs, logits);
        return logits;
    }

    public static float[] Score(IPairScorer scorer, EncodedPair[] pairs, TrainablePlan plan)
    {
        var logits = new float[pairs.Length * plan.Classes];
        scorer.Score(pairs, logits);
        return logits;
    }

    /// <summary>Every trained value and moment, for comparing bit for bit.</summary>
    public static int[] Bits(ITrainingSession session) =>
    [
        .. session.ExportTrained().Tensors.Concat(session.ExportOptimizer().Moments).Concat(session.ExportOptimizer().RateStates)
            .SelectMany(tensor => tensor.Values)
            .Select(BitConverter.SingleToInt32Bits),
    ];
}
