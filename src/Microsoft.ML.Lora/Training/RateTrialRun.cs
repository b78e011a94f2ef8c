using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Training;

/// <summary>One short training of a search for rates, step by step. Owns its session.</summary>
internal sealed class RateTrialRun : IDisposable
{
    private readonly ITrainingSession _session;
    private readonly EpochOrder _order;
    private readonly RateCurve _curve;
    private readonly ulong _seed;

    /// <param name="session">The engine's part, which is disposed of with this.</param>
    /// <param name="train">What to learn from.</param>
    /// <param name="plan">The training to come, whose batches, schedule and seed the trial has too.</param>
    /// <param name="steps">Steps of the schedule.</param>
    public RateTrialRun(ITrainingSession session, LabeledPairs train, TrainingPlan plan, int steps)
    {
        (_session, _seed) = (session, plan.Seed);
        _order = new EpochOrder(train, plan.BatchSize, ClassWeights.For(plan.ClassWeighting, train.Labels));
        _curve = new RateCurve(plan.Schedule, steps, plan.WarmupFraction);
    }

    /// <summary>Steps taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Takes a step.</summary>
    /// <returns>Whether loss and gradients were finite.</returns>
    public bool Step()
    {
        int batch = Steps % _order.Batches;
        if (batch == 0)
        {
            _order.Draw(_seed, Steps / _order.Batches);
        }

        bool finite = _session.Step(_order.Batch(batch), _curve.ScheduleAt(Steps)).IsFinite;
        Steps++;
        return finite;
    }

    /// <summary>Cross-entropy of each pair, in nats; <see langword="null"/> where one is not finite.</summary>
    public double[]? LossesOn(LabeledPairs pairs)
    {
        float[] scores = new float[pairs.Count];
        PairScores.Compute(_session.Score, pairs.Pairs, pairs.Swapped, scores);
        double[] losses = BinaryMeasures.Losses(scores, pairs.Labels);
        return Array.TrueForAll(losses, double.IsFinite) ? losses : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
