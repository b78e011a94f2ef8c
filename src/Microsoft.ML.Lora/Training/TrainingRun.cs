using System.Globalization;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Training;

/// <summary>One training from its first step, or a checkpoint, to its end.</summary>
internal sealed class TrainingRun
{
    private readonly ITrainingSession _session;
    private readonly TrainingPlan _plan;
    private readonly TrainingHooks _hooks;
    private readonly LabeledPairs _train;
    private readonly LabeledPairs? _validation;
    private readonly EpochOrder _order;
    private readonly StepPlan _steps;
    private readonly RateCurve _curve;
    private readonly RunClock _clock;
    private RunState _state = RunState.Start;

    private TrainingRun(ITrainingSession session, LabeledPairs train, LabeledPairs? validation, TrainingPlan plan, TrainingHooks hooks)
    {
        (_session, _plan, _hooks, _train, _validation) = (session, plan, hooks, train, validation);
        _order = new EpochOrder(train, plan.BatchSize, ClassWeights.For(plan.ClassWeighting, train.Labels));
        _steps = new StepPlan(plan.Epochs, _order.Batches, validation is null ? 0 : plan.ValidationsPerEpoch);
        _curve = new RateCurve(plan.Schedule, _steps.Steps, plan.WarmupFraction);
        _clock = new RunClock(hooks.Time);
    }

    /// <summary>Trains to the end.</summary>
    /// <param name="session">The engine's part of the run.</param>
    /// <param name="train">What to learn from; both classes occur.</param>
    /// <param name="validation">What to measure on; <see langword="null"/> for nothing.</param>
    /// <param name="plan">How.</param>
    /// <param name="hooks">Progress, log, cancellation, clock, checkpoints.</param>
    /// <exception cref="OperationCanceledException">It was cancelled, and the plan wants an exception or there is nothing to keep.</exception>
    /// <exception cref="DivergenceException">The loss, a gradient, a rate, a weight or a score stopped being finite.</exception>
    public static TrainingOutcome Execute(ITrainingSession session, LabeledPairs train, LabeledPairs? validation, TrainingPlan plan, TrainingHooks hooks)
    {
        var run = new TrainingRun(session, train, validation, plan, hooks);
        run.Resume();
        return run.Finish(run.Loop());
    }

    private void Resume()
    {
        // A checkpoint of step 0 holds a search for rates, and is often of this very run.
        if (_hooks.Checkpoints?.Restore(_session) is { Step: > 0 } state)
        {
            _state = state;
            _hooks.Log(string.Create(CultureInfo.InvariantCulture, $"Going on from the checkpoint after step {state.Step} of {_steps.Steps}."));
        }
    }

    private TrainingEnd Loop()
    {
        int drawnEpoch = -1;
        while (_state.Step < _steps.Steps)
        {
            if (_plan.EarlyStopping is { } stopping && _state.ValidationsSinceBest >= stopping.Patience)
            {
                return TrainingEnd.StoppedEarly;
            }

            if (_hooks.Cancellation.IsCancellationRequested)
            {
                return Cancel();
            }

            int epoch = _state.Step / _steps.StepsPerEpoch;
            if (epoch != drawnEpoch)
            {
                _order.Draw(_plan.Seed, epoch);
                drawnEpoch = epoch;
            }

            StepResult result = TakeStep(_state.Step % _steps.StepsPerEpoch);
            if (_steps.ValidatesAfter(_state.Step))
            {
                Validate(result);
            }

            if (_hooks.Checkpoints is { } store && store.IsDue(_state, _steps.EndsEpoch(_state.Step)))
            {
                store.Save(_session, FiniteWeights(), _state);
            }
        }

        return TrainingEnd.Completed;
    }

    private StepResult TakeStep(int batchIndex)
    {
        long began = _clock.Now();
        TrainingBatch batch = _order.Batch(batchIndex);
        StepResult result = _session.Step(batch, _curve.ScheduleAt(_state.Step));
        _clock.AddStep(began, batch.Pairs.Length);
        if (!result.IsFinite)
        {
            throw Diverged(_state.Step + 1, $"the loss is {result.Loss} and the norm of the gradients {result.GradientNorm}");
        }

        _state = _state with { Step = _state.Step + 1 };
        Report(result, null);
        return result;
    }

    private void Validate(StepResult lastStep)
    {
        long began = _clock.Now();
        ValidationMetrics metrics = BinaryMeasures.Measure(ScoreValidation(), _validation!.Labels);
        if (!double.IsFinite(metrics.LogLoss))
        {
            throw Diverged(_state.Step, $"the validation log-loss is {metrics.LogLoss}");
        }

        _state = _state.With(new ValidationPoint(_state.Step, metrics), _plan.EarlyStopping, FiniteWeights);
        _clock.AddValidation(began);
        _hooks.Log(string.Create(
            CultureInfo.InvariantCulture,
            $"Step {_state.Step} of {_steps.Steps}: validation log-loss {metrics.LogLoss:F4}, ACC {metrics.Accuracy:F4}, F1 {metrics.F1:F4}, MCC {metrics.MatthewsCorrelation:F4}."));
        Report(lastStep, metrics);
    }

    private float[] ScoreValidation() => Score(_validation!.Pairs, _validation.Swapped);

    private float[] Score(ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<EncodedPair> swapped)
    {
        float[] scores = new float[pairs.Length];
        PairScores.Compute(_session.Score, pairs, swapped, scores);
        return scores;
    }

    private TrainingEnd Cancel()
    {
        if (_state.Step > 0)
        {
            _hooks.Checkpoints?.Save(_session, FiniteWeights(), _state);
        }

        if (_plan.OnCancellation == CancellationResult.Throw || _state.Step == 0)
        {
            throw new OperationCanceledException(
                string.Create(CultureInfo.InvariantCulture, $"Training was cancelled after step {_state.Step} of {_steps.Steps}."), _hooks.Cancellation);
        }

        return TrainingEnd.Cancelled;
    }

    private TrainingOutcome Finish(TrainingEnd end)
    {
        if (_state.Best is { } best)
        {
            _session.ImportTrained(best.Weights);
        }

        TrainedWeights weights = FiniteWeights();
        float[]? validationScores = _validation is null ? null : ScoreValidation();
        RequireFinite(validationScores ?? Score(_train.Pairs.AsSpan(0, Math.Min(_plan.BatchSize, _train.Count)), default));
        _hooks.Log(string.Create(
            CultureInfo.InvariantCulture,
            $"Training {Describe(end)} after step {_state.Step} of {_steps.Steps}; kept the weights of step {_state.Best?.Step ?? _state.Step}; {_clock.PairsPerSecond:F0} pairs/s."));
        return new TrainingOutcome
        {
            Weights = weights,
            WeightsStep = _state.Best?.Step ?? _state.Step,
            End = end,
            Steps = _state.Step,
            Validations = _state.Validations,
            TrainingTime = _clock.TrainingTime,
            PairsTrained = _clock.Pairs,
            ValidationScores = validationScores,
        };
    }

    private void Report(StepResult result, ValidationMetrics? validation)
    {
        int validationsLeft = _steps.ValidationsUpTo(_steps.Steps) - _state.Validations.Count;
        _hooks.Progress?.Report(new TrainingProgress
        {
            Epoch = (_state.Step - 1) / _steps.StepsPerEpoch + 1,
            Epochs = _steps.Epochs,
            Step = _state.Step,
            Steps = _steps.Steps,
            Loss = result.Loss,
            GradientNorm = result.GradientNorm,
            Rates = _session.Rates,
            RateOfHead = _session.Rule.RateOfHead * _curve.At(_state.Step - 1),
            Validation = validation,
            PairsPerSecond = _clock.PairsPerSecond,
            Elapsed = _clock.Elapsed,
            Remaining = _clock.Estimate(_steps.Steps - _state.Step, validationsLeft),
        });
    }

    /// <summary>A copy of the weights to keep, for no step looks at what the last one made.</summary>
    private TrainedWeights FiniteWeights()
    {
        TrainedWeights weights = _session.ExportTrained();
        return weights.NotFinite is { } tensor ? throw Diverged(_state.Step, $"the weights '{tensor.Name}' are not finite") : weights;
    }

    /// <summary>Weights may be finite and yet too large to compute with.</summary>
    private void RequireFinite(float[] scores)
    {
        int wrong = Array.FindIndex(scores, score => !float.IsFinite(score));
        if (wrong >= 0)
        {
            throw Diverged(_state.Step, $"the trained model gives a pair the score {scores[wrong]}");
        }
    }

    private DivergenceException Diverged(int step, FormattableString found) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Training stopped at step {step} of {_steps.Steps}: {found.ToString(CultureInfo.InvariantCulture)}. " +
        $"The rates ({_session.Rule}) are probably too high for this encoder and rank: try a third of them, or set MaxGradientNorm to 1."));

    private static string Describe(TrainingEnd end) => end switch
    {
        TrainingEnd.Completed => "ended",
        TrainingEnd.StoppedEarly => "stopped early",
        TrainingEnd.Cancelled => "was cancelled",
        _ => throw new InvalidOperationException($"No words for {end}."),
    };
}
