using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Rates;
using static System.FormattableString;

namespace Microsoft.ML.Lora.Training;

/// <summary>
/// Finds rate and ratio before training by successive halving (Jamieson and Talwalkar, arXiv 1502.07943, with thirds for halves): candidates
/// are trained for a few steps with a whole schedule of their own, the best third by log-loss on held-out training pairs longer, from the
/// start again, until one is left.
/// </summary>
internal sealed class RateSearch
{
    /// <summary>The most steps and the most pairs of a scoring that a budget in time is translated by.</summary>
    private const int TimedSteps = 5;

    private const int TimedPairs = 128;

    private readonly Func<AdapterRateRule, ITrainingSession> _start;
    private readonly RateSearchSplit _data;
    private readonly RateCandidates _candidates;
    private readonly TrainingPlan _plan;
    private readonly RateSearchBudget _budget;
    private readonly TrainingHooks _hooks;
    private readonly RateSearchClock _clock;
    private readonly int _trainingSteps;
    private readonly List<RateTrial> _trials = [];

    /// <summary>What scoring takes after a trial, where time counts.</summary>
    private TimeSpan _scoring;

    private RateSearch(
        Func<AdapterRateRule, ITrainingSession> start, RateSearchSplit data, RateCandidates candidates, TrainingPlan plan, RateSearchBudget budget, TrainingHooks hooks)
    {
        (_start, _data, _candidates, _plan, _budget, _hooks) = (start, data, candidates, plan, budget, hooks);
        _clock = new RateSearchClock(hooks.Time, budget.Time);
        _trainingSteps = checked(plan.Epochs * ((data.TrainingPairs + plan.BatchSize - 1) / plan.BatchSize));
    }

    /// <summary>Searches.</summary>
    /// <param name="start">Begins a training with a rule; the same weights every time.</param>
    /// <param name="data">What trials learn from and are judged by.</param>
    /// <param name="candidates">What may be tried.</param>
    /// <param name="plan">The training to come, whose batches, schedule and seed the trials have too.</param>
    /// <param name="budget">What all trials may take.</param>
    /// <param name="hooks">Progress, log, cancellation and clock.</param>
    /// <returns>Every trial that came to its end, in order.</returns>
    /// <exception cref="ArgumentException">The budget is too small for a search.</exception>
    /// <exception cref="DivergenceException">Every trial of a round diverged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<RateTrial> Execute(
        Func<AdapterRateRule, ITrainingSession> start, RateSearchSplit data, RateCandidates candidates, TrainingPlan plan, RateSearchBudget budget, TrainingHooks hooks)
    {
        var search = new RateSearch(start, data, candidates, plan, budget, hooks);
        search.Run(RateSearchPlan.For(search.Allowance(), search._trainingSteps));
        return search._trials;
    }

    /// <summary>The rule of the best candidate: of those that no trial of theirs put out, by log-loss in the last round that any of them reached.</summary>
    public static AdapterRateRule Best(IReadOnlyList<RateTrial> trials)
    {
        RateTrial[] left = Left(trials);
        RateTrial best = left.Where(trial => trial.Round == left.Max(one => one.Round)).MinBy(trial => trial.LogLoss)!;
        return new FixedRates(best.RateOfA, best.Ratio);
    }

    /// <summary>The last trial of each candidate that did not diverge in it.</summary>
    private static RateTrial[] Left(IReadOnlyList<RateTrial> trials) =>
        [.. trials.GroupBy(trial => (trial.RateOfA, trial.Ratio)).Select(one => one.Last()).Where(trial => trial.LogLoss is not null)];

    private void Run(RateSearchPlan plan)
    {
        (float RateOfA, float Ratio)[] candidates = _candidates.Of(plan);
        int steps = plan.FirstSteps;
        for (int round = 1; candidates.Length > 1; round++)
        {
            foreach ((float rateOfA, float ratio) in candidates)
            {
                if (!Try(new RateTrial(round, rateOfA, ratio, steps, null), plan.Trials))
                {
                    return;
                }
            }

            if (_trials.TrueForAll(trial => trial.Round < round || trial.LogLoss is null))
            {
                throw Diverged(round);
            }

            candidates =
            [
                .. _trials.Where(trial => trial.Round == round && trial.LogLoss is not null)
                    .OrderBy(trial => trial.LogLoss).Take(candidates.Length / RateSearchPlan.Keep).Select(trial => (trial.RateOfA, trial.Ratio)),
            ];
            steps *= RateSearchPlan.Keep;
        }
    }

    /// <summary>Makes a trial.</summary>
    /// <param name="trial">What to try, without its outcome.</param>
    /// <param name="trials">Trials of the whole search.</param>
    /// <returns>Whether it came to its end before the time for the search did.</returns>
    private bool Try(RateTrial trial, int trials)
    {
        using RateTrialRun run = Begin((trial.RateOfA, trial.Ratio), trial.Steps);
        bool finite = true;
        while (finite && run.Steps < trial.Steps)
        {
            string Place() => Invariant($"in trial {_trials.Count + 1} of {trials} (round {trial.Round}, A {trial.RateOfA:G3}, ratio {trial.Ratio:G3}) after step {run.Steps} of {trial.Steps}");
            if (_hooks.Cancellation.IsCancellationRequested)
            {
                throw Cancelled(Place());
            }

            if (_clock.HasNoRoomFor(_scoring))
            {
                EndEarly(Place());
                return false;
            }

            finite = run.Step();
        }

        Add(trial with { LogLoss = finite ? run.LogLossOn(_data.Held) : null });
        return true;
    }

    private RateTrialRun Begin((float RateOfA, float Ratio) candidate, int steps) =>
        new(_start(new FixedRates(candidate.RateOfA, candidate.Ratio)), _data.Train, _plan, steps);

    /// <summary>Says that the time is over, and that what is found rests on the trials so far.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    private void EndEarly(string place)
    {
        if (_trials.Count == 0)
        {
            throw new ArgumentException($"The search budget of {_budget} was over {place}, before there was anything to choose from. Give a larger budget, or choose rates by hand.");
        }

        if (Left(_trials).Length == 0)
        {
            throw Diverged(_trials[^1].Round);
        }

        _hooks.Log($"The search for rates was longer than planned and ends with its budget of {_budget}, {place}: it chooses among the trials before.");
    }

    private DivergenceException Diverged(int round) => new(Invariant(
        $"Every trial of round {round} of the search for rates diverged, down to the rate {_trials.Where(trial => trial.Round == round).Min(trial => trial.RateOfA)} of A. Set MaxGradientNorm to 1, or lower Alpha."));

    private OperationCanceledException Cancelled(string place) => new($"The search for rates was cancelled {place}.", _hooks.Cancellation);

    private void Add(RateTrial trial)
    {
        _trials.Add(trial);
        string outcome = trial.LogLoss is { } loss ? Invariant($"log-loss {loss:F4}") : "diverged";
        _hooks.Log(Invariant(
            $"Search for rates, round {trial.Round}: A {trial.RateOfA:G3}, ratio {trial.Ratio:G3}, {trial.Steps} steps: {outcome}."));
        _hooks.Progress?.Report(new TrainingProgress
        {
            Trial = trial,
            Epoch = 0,
            Epochs = _plan.Epochs,
            Step = 0,
            Steps = _trainingSteps,
            Loss = 0,
            GradientNorm = 0,
            Rates = [],
            RateOfHead = 0,
            PairsPerSecond = 0,
            Elapsed = _clock.Elapsed,
            Remaining = TimeSpan.Zero,
        });
    }

    /// <summary>What the budget comes to. Where time counts, by timing some steps and a scoring, after others that are not timed: they pay for cold code and memory.</summary>
    private RateSearchAllowance Allowance()
    {
        if (_budget.Time is not { } time)
        {
            return RateSearchAllowance.InSteps(_budget.Steps!.Value);
        }

        LabeledPairs sample = Sample();
        using (RateTrialRun cold = Begin(_candidates.First, TimedSteps))
        {
            cold.Step();
            cold.LogLossOn(sample);
        }

        TimeSpan began = _clock.Elapsed;
        using RateTrialRun run = Begin(_candidates.First, TimedSteps);
        TimeSpan beginning = _clock.Elapsed - began;
        TimeSpan stepping = _clock.Elapsed;
        do
        {
            if (_hooks.Cancellation.IsCancellationRequested)
            {
                throw Cancelled("while its steps were timed");
            }

            run.Step();
        }
        while (run.Steps < TimedSteps && !_clock.HasNoRoomFor(TimeSpan.Zero));
        TimeSpan step = (_clock.Elapsed - stepping) / run.Steps;
        TimeSpan scoring = _clock.Elapsed;
        run.LogLossOn(sample);
        _scoring = (_clock.Elapsed - scoring) * _data.Held.Count / sample.Count;
        return RateSearchAllowance.InTime(time, time - _clock.Elapsed, step, beginning + _scoring);
    }

    /// <summary>Some of the held pairs, evenly spread.</summary>
    private LabeledPairs Sample()
    {
        int every = (_data.Held.Count + TimedPairs - 1) / TimedPairs;
        return _data.Held.Where([.. Enumerable.Range(0, _data.Held.Count).Select(row => row % every == 0)], true);
    }
}
