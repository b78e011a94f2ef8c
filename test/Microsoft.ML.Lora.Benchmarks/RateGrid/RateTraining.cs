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

/// <summary>Trains one cell on one thread, query and value, as <see cref="StudyTraining"/> says.</summary>
internal static class RateTraining
{
    private const int Points = 20;

    /// <summary>Steps of a cell.</summary>
    public static int Steps(RatePairs pairs, int epochs) => epochs * ((pairs.Train.Count + StudyTraining.BatchSize - 1) / StudyTraining.BatchSize);

    /// <summary>Trains and measures.</summary>
    public static RateResult Run(RateCell cell, LoadedEncoder encoder, RatePairs pairs, int epochs)
    {
        AdapterRateRule rule = RuleText.Parse(cell.Rule);
        TrainingPlan plan = StudyTraining.Plan(epochs, cell.Seed);
        var progress = new Trajectory(new RateCurve(StudyTraining.Schedule, Steps(pairs, epochs), StudyTraining.Warmup), Steps(pairs, epochs));
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
                RateSearchSplit split = RateSearchSplit.Of(pairs.Train, pairs.Groups, "pairs that share a question", plan.Seed);
                var candidates = RateCandidates.For(Trained(cell).Adapter);
                rule = RateSearch.Best(RateSearch.Execute(Start, split, candidates, plan, fitted.Budget, StudyTraining.Hooks()), candidates, plan.StepsOn(pairs.Train.Count));
            }

            using ITrainingSession session = Start(rule);
            TrainingRun.Execute(session, pairs.Train, validation: null, plan, StudyTraining.Hooks(progress));
            return Result(failure: null, session);
        }
        catch (DivergenceException divergence)
        {
            return Result(divergence.Message, ended: null);
        }
    }

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
