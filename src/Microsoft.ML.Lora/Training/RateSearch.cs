using Microsoft.ML.Lora.Engines;
using static System.FormattableString;

namespace Microsoft.ML.Lora.Training;

/// <summary>
/// Finds a rule before training by successive halving (Jamieson and Talwalkar, arXiv 1502.07943, with thirds for halves): candidates
/// are trained for a few steps with a whole schedule of their own, the best third by log-loss on held-out training pairs longer, from the
/// start again. The default rule is in every round, and is kept unless another is clearly better in the last one.
/// </summary>
internal sealed class RateSearch
{
    /// <summary>The most steps and the most pairs of a scoring that a budget in time is translated by.</summary>
    private const int TimedSteps = 5;

    private const int TimedPairs = 128;

    /// <summary>
    /// The standard errors by which another rule's log-loss must be below the default's. One is too few: up to eight others are tried, the errors leave out that
    /// trials differ by chance too, and those are short, where the default is known to do well in whole trainings.
    /// </summary>
    private const double Caution = 2;

    /// <summary>
    /// The most times longer than a trial a training may be for a higher rate than the default's to be believed. What is too high for a training shows late in it: on Quora
    /// question pairs, trials of a thirtieth of the training and less chose higher rates, for 0.1 to 0.3 points of accuracy less.
    /// </summary>
    private const int MostStretch = 16;

    private readonly Func<AdapterRateRule, ITrainingSession> _start;
    private readonly RateSearchSplit _data;
    private readonly RateCandidates _candidates;
    private readonly TrainingPlan _plan;
    private readonly RateSearchBudget _budget;
    private readonly TrainingHooks _hooks;
    private readonly RateSearchClock _clock;
    private readonly int _trainingSteps;
    private readonly List<RateTrial> _trials = [];

    /// <summary>The default rule's losses in this round, pair by pair; <see langword="null"/> where it diverged.</summary>
    private double[]? _defaultLosses;

    /// <summary>What scoring takes after a trial, where time counts.</summary>
    private TimeSpan _scoring;

    private RateSearch(
        Func<AdapterRateRule, ITrainingSession> start, RateSearchSplit data, RateCandidates candidates, TrainingPlan plan, RateSearchBudget budget, TrainingHooks hooks)
    {
        (_start, _data, _candidates, _plan, _budget, _hooks) = (start, data, candidates, plan, budget, hooks);
        _clock = new RateSearchClock(hooks.Time, budget.Time);
        _trainingSteps = plan.StepsOn(data.TrainingPairs);
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

    /// <summary>
    /// The rule to train with: of those that no trial of theirs put out, and in the last round that any of them reached, the one of the lowest log-loss, if
    /// that is clearly lower than the default rule's or the default is out; else the default. Against the default, short trials do not speak for higher rates.
    /// </summary>
    /// <param name="trials">At least one that did not diverge.</param>
    /// <param name="candidates">What was tried.</param>
    /// <param name="trainingSteps">Steps of the training to come.</param>
    /// <exception cref="InvalidDataException">A stored trial is none of these candidates'.</exception>
    public static AdapterRateRule Best(IReadOnlyList<RateTrial> trials, RateCandidates candidates, int trainingSteps)
    {
        RateTrial[] left = Left(trials);
        RateTrial[] last = [.. left.Where(trial => trial.Round == left.Max(one => one.Round))];
        if (!Array.Exists(last, trial => trial.Rates == candidates.Default.Description))
        {
            return candidates.Named(last.MinBy(trial => trial.LogLoss)!.Rates);
        }

        RateTrial best = last.Where(trial => (long)MostStretch * trial.Steps >= trainingSteps || !candidates.IsAboveDefault(trial.Rates)).MinBy(trial => trial.LogLoss)!;
        return best.OverDefault < -Caution * best.OverDefaultError ? candidates.Named(best.Rates) : candidates.Default;
    }

    /// <summary>The last trial of each candidate that did not diverge in it.</summary>
    private static RateTrial[] Left(IReadOnlyList<RateTrial> trials) =>
        [.. trials.GroupBy(trial => trial.Rates).Select(one => one.Last()).Where(trial => trial.LogLoss is not null)];

    private void Run(RateSearchPlan plan)
    {
        AdapterRateRule[] candidates = _candidates.Of(plan);
        int steps = plan.FirstSteps;
        for (int round = 1; candidates.Length > 1; round++)
        {
            _defaultLosses = null;
            foreach (AdapterRateRule rule in candidates)
            {
                if (!Try(rule, round, steps, plan.Trials))
                {
                    return;
                }
            }

            if (_trials.TrueForAll(trial => trial.Round < round || trial.LogLoss is null))
            {
                throw Diverged(round);
            }

            candidates = Kept(round, candidates.Length / RateSearchPlan.Keep);
            steps *= RateSearchPlan.Keep;
        }
    }

    /// <summary>What goes on to the next round: the best, and the default rule first, which takes the last one's place if it is not among them.</summary>
    private AdapterRateRule[] Kept(int round, int count)
    {
        RateTrial[] ended = [.. _trials.Where(trial => trial.Round == round && trial.LogLoss is not null)];
        string usual = _candidates.Default.Description;
        return
        [
            .. ended.OrderBy(trial => trial.Rates == usual ? 0 : 1).ThenBy(trial => trial.LogLoss).Take(count).Select(trial => _candidates.Named(trial.Rates)),
        ];
    }

    /// <summary>Makes a trial.</summary>
    /// <param name="rule">What to try.</param>
    /// <param name="round">The round, from 1.</param>
    /// <param name="steps">Steps of the trial.</param>
    /// <param name="trials">Trials of the whole search.</param>
    /// <returns>Whether it came to its end before the time for the search did.</returns>
    private bool Try(AdapterRateRule rule, int round, int steps, int trials)
    {
        using RateTrialRun run = Begin(rule, steps);
        bool finite = true;
        while (finite && run.Steps < steps)
        {
            string Place() => Invariant($"in trial {_trials.Count + 1} of {trials} (round {round}, {rule}) after step {run.Steps} of {steps}");
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

        double[]? losses = finite ? run.LossesOn(_data.Held) : null;
        _defaultLosses = rule == _candidates.Default ? losses : _defaultLosses;
        PairedDifference? over = losses is null || _defaultLosses is null ? null : PairedDifference.Of(losses, _defaultLosses);
        Add(new RateTrial(round, rule.Description, steps, losses?.Average(), over?.Mean, over?.Error));
        return true;
    }

    private RateTrialRun Begin(AdapterRateRule rule, int steps) => new(_start(rule), _data.Train, _plan, steps);

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
        $"All {_trials.Count(trial => trial.Round == round)} trials of round {round} of the search for rates diverged. Set MaxGradientNorm to 1, or lower Alpha."));

    private OperationCanceledException Cancelled(string place) => new($"The search for rates was cancelled {place}.", _hooks.Cancellation);

    private void Add(RateTrial trial)
    {
        _trials.Add(trial);
        string outcome = trial.LogLoss is { } loss ? Invariant($"log-loss {loss:F4}") : "diverged";
        string compared = trial.Rates == _candidates.Default.Description || trial.OverDefault is null
            ? ""
            : Invariant($", {trial.OverDefault:+0.0000;-0.0000} ± {trial.OverDefaultError:F4} against the default's");
        _hooks.Log(Invariant($"Search for rates, round {trial.Round}: {trial.Rates}, {trial.Steps} steps: {outcome}{compared}."));
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
        using (RateTrialRun cold = Begin(_candidates.Default, TimedSteps))
        {
            cold.Step();
            cold.LossesOn(sample);
        }

        TimeSpan began = _clock.Elapsed;
        using RateTrialRun run = Begin(_candidates.Default, TimedSteps);
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
        run.LossesOn(sample);
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
