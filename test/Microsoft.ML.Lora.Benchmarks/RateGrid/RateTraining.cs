using System.Diagnostics;
using Microsoft.ML.Lora.Benchmarks.Workloads;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>Trains one cell on one thread: query and value, batches of 64, 6 % warm-up then linear decay, weight decay 0.01.</summary>
internal static class RateTraining
{
    private const int BatchSize = 64;
    private const float Warmup = 0.06f;
    private const int Points = 20;

    /// <summary>Steps of a cell.</summary>
    public static int Steps(RatePairs pairs, int epochs) => epochs * ((pairs.Train.Count + BatchSize - 1) / BatchSize);

    /// <summary>Trains and measures.</summary>
    public static RateResult Run(RateCell cell, LoadedEncoder encoder, RatePairs pairs, int epochs)
    {
        AdapterRateRule rule = RuleText.Parse(cell.Rule);
        var progress = new Trajectory(new RateCurve(RateSchedule.Linear, Steps(pairs, epochs), Warmup), Steps(pairs, epochs));
        ITrainingSession Start(AdapterRateRule used) => new ManagedEngine(threads: 1).StartTraining(
            encoder.Weights, Trained(cell), Optimizer(cell, used), SeededRandom.Derive((ulong)cell.Seed, "initial weights"));
        long began = Stopwatch.GetTimestamp();
        RateResult Result(string? failure, ITrainingSession? ended) => new()
        {
            Cell = cell,
            Description = rule.Description,
            Diverged = failure is not null,
            Failure = failure,
            Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds,
            Validation = ended is null ? null : Measure(ended, pairs.Validation),
            Dev = ended is null ? null : Measure(ended, pairs.Dev),
            Steps = progress.Losses.Count,
            LastLoss = progress.Losses.Count == 0 ? 0 : progress.Losses.Skip(progress.Losses.Count * 9 / 10).Average(),
            Rates = progress.Rates,
        };

        // That a rule diverges is a result; anything else that goes wrong is not.
        try
        {
            if (rule is FittedRates fitted)
            {
                TrainingPlan plan = Plan(cell, epochs);
                RateSearchSplit split = RateSearchSplit.Of(pairs.Train, pairs.Groups, "pairs that share a question", plan.Seed);
                var candidates = RateCandidates.For(Trained(cell).Adapter);
                rule = RateSearch.Best(RateSearch.Execute(Start, split, candidates, plan, fitted.Budget, Hooks(null)), candidates);
            }

            using ITrainingSession session = Start(rule);
            TrainingRun.Execute(session, pairs.Train, validation: null, Plan(cell, epochs), Hooks(progress));
            return Result(failure: null, session);
        }
        catch (DivergenceException divergence)
        {
            return Result(divergence.Message, ended: null);
        }
    }

    private static TrainingHooks Hooks(IProgress<TrainingProgress>? progress) => new()
    {
        Progress = progress,
        Log = _ => { },
        Cancellation = default,
        Time = TimeProvider.System,
        Checkpoints = null,
    };

    private static ValidationMetrics Measure(ITrainingSession session, LabeledPairs pairs)
    {
        float[] scores = new float[pairs.Count];
        PairScores.Compute(session.Score, pairs.Pairs, [], scores);
        return BinaryMeasures.Measure(scores, pairs.Labels);
    }

    private static TrainablePlan Trained(RateCell cell)
    {
        TrainablePlan plan = LoraModel.Plan(cell.Rank);
        return plan with { Adapter = plan.Adapter with { Scaling = (float)cell.AlphaMultiple } };
    }

    private static OptimizerPlan Optimizer(RateCell cell, AdapterRateRule rule) => LoraModel.Optimizer with
    {
        Optimizer = cell.Optimizer,
        Rates = rule,
        MaxGradientNorm = (float?)cell.Clip,
    };

    private static TrainingPlan Plan(RateCell cell, int epochs) => new()
    {
        Epochs = epochs,
        BatchSize = BatchSize,
        Schedule = RateSchedule.Linear,
        WarmupFraction = Warmup,
        ClassWeighting = ClassWeighting.None,
        ValidationsPerEpoch = 1,
        EarlyStopping = null,
        OnCancellation = CancellationResult.Throw,
        Seed = (ulong)cell.Seed,
    };

    /// <summary>Keeps what is worth recording of the steps.</summary>
    private sealed class Trajectory(RateCurve curve, int steps) : IProgress<TrainingProgress>
    {
        public List<double> Losses { get; } = [];

        public List<RatePoint> Rates { get; } = [];

        public void Report(TrainingProgress value)
        {
            Losses.Add(value.Loss);
            if (value.Step == 1 || value.Step == steps || value.Step % Math.Max(1, steps / Points) == 0)
            {
                Rates.Add(RatePoint.Of(value.Step, curve.At(value.Step - 1), value.Rates));
            }
        }
    }
}
