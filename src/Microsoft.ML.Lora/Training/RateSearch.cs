using System.Globalization;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Rates;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Training;

/// <summary>
/// Finds rate and ratio before training by successive halving (Jamieson and Talwalkar, arXiv 1502.07943, with thirds for halves): candidates
/// are trained for a few steps with a whole schedule of their own, the best third by log-loss on held-out training pairs longer, from the
/// start again, until one is left.
/// </summary>
internal sealed class RateSearch
{
    /// <summary>
    /// Rate of A and λ, the first three being the small search: about the plain rates that were best from rank 1 to 64, and LoRA+ ratios with
    /// B at the same rates.
    /// </summary>
    private static readonly (float RateOfA, float Ratio)[] Candidates =
    [
        (1e-3f, 1), (2e-3f, 1), (1e-3f, 4), (5e-4f, 1), (4e-3f, 1), (8e-3f, 1), (5e-4f, 4), (2e-3f, 4), (2.5e-4f, 16),
    ];

    /// <summary>Steps that a budget in time is translated by.</summary>
    private const int TimedSteps = 5;

    /// <summary>The share of the pairs that trials are judged by, and the most: enough to tell rates apart by log-loss.</summary>
    private const float HeldShare = 0.2f;

    private const int MostHeld = 1024;

    private readonly Func<AdapterRateRule, ITrainingSession> _start;
    private readonly LabeledPairs _train;
    private readonly LabeledPairs _held;
    private readonly TrainingPlan _plan;
    private readonly TrainingHooks _hooks;
    private readonly List<RateTrial> _trials = [];
    private readonly long _began;

    private RateSearch(
        Func<AdapterRateRule, ITrainingSession> start, LabeledPairs train, LabeledPairs held, TrainingPlan plan, TrainingHooks hooks) =>
        (_start, _train, _held, _plan, _hooks, _began) = (start, train, held, plan, hooks, hooks.Time.GetTimestamp());

    /// <summary>Searches.</summary>
    /// <param name="start">Begins a training with a rule; the same weights every time.</param>
    /// <param name="pairs">The training pairs: most are learned from, some are kept aside to judge by.</param>
    /// <param name="groups">The group of each pair, numbered from 0. Groups are kept whole.</param>
    /// <param name="plan">The training to come, whose batches, schedule and seed the trials have too.</param>
    /// <param name="budget">What all trials may take.</param>
    /// <param name="hooks">Progress, log, cancellation and clock.</param>
    /// <returns>Every trial, in order.</returns>
    /// <exception cref="ArgumentException">The budget is too small for a search, or there are too few groups to split.</exception>
    /// <exception cref="DivergenceException">Every trial of a round diverged.</exception>
    public static IReadOnlyList<RateTrial> Execute(
        Func<AdapterRateRule, ITrainingSession> start, LabeledPairs pairs, int[] groups, TrainingPlan plan, RateSearchBudget budget, TrainingHooks hooks)
    {
        bool[] aside = ValidationSplit.Choose(groups, Math.Min(HeldShare, (float)MostHeld / pairs.Count), plan.Seed);
        LabeledPairs train = pairs.Where(aside, false);
        if (train.Labels.Distinct().Count() < PairScores.Classes)
        {
            throw new ArgumentException("The pairs that a search for rates would learn from have one class alone. Give more training rows, or choose rates by hand.");
        }

        var search = new RateSearch(start, train, pairs.Where(aside, true), plan, hooks);
        int trainingSteps = checked(plan.Epochs * ((pairs.Count + plan.BatchSize - 1) / plan.BatchSize));
        int steps = budget.Steps ?? search.StepsIn(budget.Time!.Value);
        search.Run(RateSearchPlan.For(steps, trainingSteps, budget.ToString()), trainingSteps);
        return search._trials;
    }

    /// <summary>The rule of the best trial of the last round.</summary>
    public static AdapterRateRule Best(IReadOnlyList<RateTrial> trials)
    {
        RateTrial best = trials.Where(trial => trial.Round == trials[^1].Round).MinBy(trial => trial.LogLoss ?? double.PositiveInfinity)!;
        return new FixedRates(best.RateOfA, best.Ratio);
    }

    private void Run(RateSearchPlan plan, int trainingSteps)
    {
        (float RateOfA, float Ratio)[] candidates = [.. Candidates.Take(plan.Candidates)];
        int steps = plan.FirstSteps;
        for (int round = 1; candidates.Length > 1; round++)
        {
            var ranked = new List<((float, float) Candidate, double Loss)>();
            foreach ((float rateOfA, float ratio) in candidates)
            {
                double? loss = Try(new FixedRates(rateOfA, ratio), steps);
                Add(new RateTrial(round, rateOfA, ratio, steps, loss), trainingSteps);
                ranked.Add(((rateOfA, ratio), loss ?? double.PositiveInfinity));
            }

            float lowest = candidates.Min(one => one.RateOfA);
            candidates = [.. ranked.OrderBy(one => one.Loss).Take(candidates.Length / RateSearchPlan.Keep).Where(one => double.IsFinite(one.Loss)).Select(one => one.Candidate)];
            steps *= RateSearchPlan.Keep;
            if (candidates.Length == 0)
            {
                throw new DivergenceException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Every trial of round {round} of the search for rates diverged, down to the rate {lowest} of A. Set MaxGradientNorm to 1, or lower Alpha."));
            }
        }
    }

    /// <summary>Trains with a rule.</summary>
    /// <returns>Log-loss on the held pairs; <see langword="null"/> if the trial diverged.</returns>
    private double? Try(AdapterRateRule rule, int steps)
    {
        using ITrainingSession session = _start(rule);
        var order = new EpochOrder(_train, _plan.BatchSize, ClassWeights.For(_plan.ClassWeighting, _train.Labels));
        var curve = new RateCurve(_plan.Schedule, steps, _plan.WarmupFraction);
        for (int step = 0; step < steps; step++)
        {
            _hooks.Cancellation.ThrowIfCancellationRequested();
            if (step % order.Batches == 0)
            {
                order.Draw(_plan.Seed, step / order.Batches);
            }

            if (!session.Step(order.Batch(step % order.Batches), curve.ScheduleAt(step)).IsFinite)
            {
                return null;
            }
        }

        float[] scores = new float[_held.Count];
        PairScores.Compute(session.Score, _held.Pairs, _held.Swapped, scores);
        double loss = BinaryMeasures.Measure(scores, _held.Labels).LogLoss;
        return double.IsFinite(loss) ? loss : null;
    }

    private void Add(RateTrial trial, int trainingSteps)
    {
        _trials.Add(trial);
        string outcome = trial.LogLoss is { } loss ? string.Create(CultureInfo.InvariantCulture, $"log-loss {loss:F4}") : "diverged";
        _hooks.Log(string.Create(
            CultureInfo.InvariantCulture,
            $"Search for rates, round {trial.Round}: A {trial.RateOfA:G3}, ratio {trial.Ratio:G3}, {trial.Steps} steps: {outcome}."));
        _hooks.Progress?.Report(new TrainingProgress
        {
            Trial = trial,
            Epoch = 0,
            Epochs = _plan.Epochs,
            Step = 0,
            Steps = trainingSteps,
            Loss = 0,
            GradientNorm = 0,
            Rates = [],
            RateOfHead = 0,
            PairsPerSecond = 0,
            Elapsed = _hooks.Time.GetElapsedTime(_began),
            Remaining = TimeSpan.Zero,
        });
    }

    /// <summary>How many steps a time allows, by the time of some, and of scoring after each trial.</summary>
    private int StepsIn(TimeSpan time)
    {
        long began = _hooks.Time.GetTimestamp();
        Try(new FixedRates(Candidates[0].RateOfA, Candidates[0].Ratio), 0);
        TimeSpan scoring = _hooks.Time.GetElapsedTime(began);
        Try(new FixedRates(Candidates[0].RateOfA, Candidates[0].Ratio), TimedSteps);
        TimeSpan step = (_hooks.Time.GetElapsedTime(began) - (2 * scoring)) / TimedSteps;
        TimeSpan left = time - _hooks.Time.GetElapsedTime(began) - (RateSearchPlan.MostTrials * scoring);
        double steps = step > TimeSpan.Zero ? left / step : int.MaxValue;
        return (int)Math.Clamp(steps, 0, int.MaxValue);
    }
}
