using System.Globalization;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tokenization;
using Microsoft.ML.Lora.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>A training from data views to a finished model.</summary>
internal sealed class PairTraining
{
    private readonly PairTrainingRequest _request;
    private readonly IChannel _channel;
    private readonly LoadedEncoder _encoder;
    private readonly int _maxTokens;

    private PairTraining(PairTrainingRequest request, IChannel channel)
    {
        _request = request;
        _channel = channel;
        _encoder = request.Encoder.Load();
        _maxTokens = SequenceLimit();
        RequireLayers();
    }

    /// <summary>Trains.</summary>
    /// <param name="request">How.</param>
    /// <param name="input">The training rows.</param>
    /// <param name="validation">The validation rows; <see langword="null"/> to keep the requested share of the training rows aside.</param>
    /// <param name="channel">Where log messages go.</param>
    public static PairModel Run(PairTrainingRequest request, IDataView input, IDataView? validation, IChannel channel)
    {
        InputCheck.ForTraining(input.Schema, request.Columns);
        if (validation is not null)
        {
            InputCheck.ForValidation(validation.Schema, ValidationColumns(request));
        }

        return new PairTraining(request, channel).Run(input, validation);
    }

    private PairModel Run(IDataView input, IDataView? validation)
    {
        LogEncoder();
        (PairRows trainRows, PairRows? validationRows) = ReadRows(input, validation);
        long began = _request.Time.GetTimestamp();
        (LabeledPairs train, int truncated) = Tokenize(trainRows);
        (LabeledPairs? held, int truncatedHeld) = validationRows is null ? (null, 0) : Tokenize(validationRows);
        TimeSpan tokenization = _request.Time.GetElapsedTime(began);
        truncated += truncatedHeld;
        LogData(train, held, truncated);

        var matching = new MatchingSetup(_request.MatchingScore ?? MatchingSetup.Usual(train, held, Info), train, held, SeedOf("matching score"), Info, Warn);
        long trained = TrainedShapes.Count(_encoder.Shape, _request.Trainable);
        PayloadText.RequireRoom(trained, matching.NumbersKept(_encoder.Shape.Hidden), _request.Trainable.Adapter.Method);
        IEngine engine = EngineChoice.ForTraining(_request, _encoder.Shape, Info, Warn);
        TrainingHooks hooks = Hooks(train, held);
        ITrainingSession Start(AdapterRateRule rule) =>
            engine.StartTraining(_encoder.WeightsFor(engine), _request.Trainable, _request.Optimizer with { Rates = rule }, SeedOf("initial weights"));
        (AdapterRateRule rates, IReadOnlyList<RateTrial> trials) = RatesFor(trainRows, train, Start, hooks);
        TrainingOutcome outcome = Train(() => Start(rates), engine, trained, train, held, hooks);
        (MatchingResult score, bool cancelled) = MakeScore(matching, engine, outcome);
        var summary = new TrainingSummary
        {
            End = cancelled ? TrainingEnd.Cancelled : outcome.End,
            TrainedParameters = trained,
            TrainingPairs = train.Count,
            ValidationPairs = held?.Count ?? 0,
            TruncatedPairs = truncated,
            Steps = outcome.Steps,
            KeptStep = outcome.WeightsStep,
            Validations = outcome.Validations,
            Matching = score.Model?.Constants,
            TokenizationTime = tokenization,
            TrainingTime = outcome.TrainingTime,
            PairsPerSecond = outcome.TrainingTime > TimeSpan.Zero ? outcome.PairsTrained / outcome.TrainingTime.TotalSeconds : 0,
            Seed = _request.Seed,
            Rates = rates.Description,
            RateTrials = trials,
        };
        return new PairModel(_encoder, Define(outcome, score, held, summary), engine);
    }

    /// <summary>Trains, and gives the session's memory back before anything else needs a device's.</summary>
    private TrainingOutcome Train(Func<ITrainingSession> start, IEngine engine, long numbers, LabeledPairs train, LabeledPairs? held, TrainingHooks hooks)
    {
        using ITrainingSession session = start();
        if (engine.TakesMatricesFromFile && _encoder.Store.StayedInMemory is { } reason)
        {
            Warn(reason);
        }

        Info($"Training {numbers} numbers on the {engine.Name} engine with {_request.Threads} {(_request.Threads == 1 ? "thread" : "threads")}, seed {_request.Seed}.");
        return TrainingRun.Execute(session, train, held, _request.Training, hooks);
    }

    /// <summary>Makes the score of the trained model; cancelled, it stays the classifier's if that is to be kept.</summary>
    private (MatchingResult Score, bool Cancelled) MakeScore(MatchingSetup matching, IEngine engine, TrainingOutcome outcome)
    {
        try
        {
            return (matching.Make(engine, _encoder, _request.Trainable, outcome.Weights, outcome.ValidationScores, _request.Cancellation), false);
        }
        catch (OperationCanceledException) when (_request.Training.OnCancellation == CancellationResult.KeepBest)
        {
            Warn($"Training was cancelled before {nameof(LoraSentencePairOptions.MatchingScore)} was made: scores stay the classifier's.");
            return (new MatchingResult(null, outcome.ValidationScores), true);
        }
    }

    /// <summary>The rule that was asked for, or what the search finds that it asks for.</summary>
    private (AdapterRateRule Rule, IReadOnlyList<RateTrial> Trials) RatesFor(
        PairRows rows, LabeledPairs train, Func<AdapterRateRule, ITrainingSession> start, TrainingHooks hooks)
    {
        if (_request.Optimizer.Rates is not FittedRates fitted)
        {
            return (_request.Optimizer.Rates, []);
        }

        var candidates = RateCandidates.For(_request.Trainable.Adapter);
        IReadOnlyList<RateTrial>? trials = hooks.Checkpoints?.ReadTrials();
        bool searches = trials is null;
        if (trials is null)
        {
            hooks.Checkpoints?.RequireWritableFolder();
            RateSearchSplit split = Split(rows, train);
            trials = RateSearch.Execute(start, split, candidates, _request.Training, fitted.Budget, hooks);
        }

        hooks.Checkpoints?.Keep(trials);
        AdapterRateRule best = RateSearch.Best(trials, candidates, _request.Training.StepsOn(train.Count));
        if (searches && hooks.Checkpoints is { } checkpoints)
        {
            // What is broken off before its first checkpoint would search again.
            using ITrainingSession beginning = start(best);
            checkpoints.Save(beginning, beginning.ExportTrained(), RunState.Start);
        }

        Info($"The search for rates took {trials.Sum(trial => trial.Steps)} steps and {(best == candidates.Default ? "kept the default" : "found")} {best}.");
        return (best, trials);
    }

    /// <summary>The training pairs as a search for rates divides them: by groups, or by sentences where there are none.</summary>
    private RateSearchSplit Split(PairRows rows, LabeledPairs train)
    {
        (int[] groups, string grouping) = _request.Columns.Group is { } group
            ? (rows.RenumberedGroups(), $"rows of the same '{group}'")
            : (SentenceComponents.Of(rows.Texts), "pairs that share sentences, directly or through others,");
        RateSearchSplit split = RateSearchSplit.Of(train, groups, grouping, _request.Training.Seed);
        foreach (string warning in split.Warnings)
        {
            Warn(warning);
        }

        return split;
    }

    private PairModelDefinition Define(TrainingOutcome outcome, MatchingResult score, LabeledPairs? held, TrainingSummary summary) => new()
    {
        Columns = _request.Columns,
        Plan = _request.Trainable,
        Trained = outcome.Weights,
        MaxTokens = _maxTokens,
        Symmetric = _request.Symmetric,
        Matching = score.Model,
        Threshold = held is null ? 0 : ThresholdChoice.Choose(_request.DecisionThreshold, score.ValidationScores, held.Labels),
        Summary = summary,
    };

    private (PairRows Train, PairRows? Validation) ReadRows(IDataView input, IDataView? validation)
    {
        PairRows rows = PairRowReader.Read(input, _request.Columns, "training", _request.Cancellation);
        PairRows? held = validation is null ? null : PairRowReader.Read(validation, ValidationColumns(_request), "validation", _request.Cancellation);
        if (held is null && _request.ValidationFraction > 0)
        {
            bool[] aside = ValidationSplit.Choose(rows.Groups.ToArray(), _request.ValidationFraction, (ulong)_request.Seed);
            (rows, held) = (rows.Where(aside, false), rows.Where(aside, true));
            WarnOfShare(held.Count, rows.Count + held.Count);
        }

        CheckValidation(held);
        PairRowReader.RequireBothClasses(rows, _request.Columns);
        return (rows, held);
    }

    /// <summary>Groups matter to the split alone, which a validation set replaces.</summary>
    private static PairColumns ValidationColumns(PairTrainingRequest request) => request.Columns with { Group = null };

    private void WarnOfShare(int held, int rows)
    {
        double share = (double)held / rows;
        if (Math.Abs(share - _request.ValidationFraction) > _request.ValidationFraction / 2)
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"{held} of {rows} rows are kept aside for validation, a share of {share:G3}, but {nameof(LoraSentencePairOptions.ValidationFraction)} is {_request.ValidationFraction}. Whole groups of rows allow no closer share."));
        }
    }

    private void CheckValidation(PairRows? held)
    {
        if (held is not null)
        {
            CheckClasses(held);
        }
        else if (_request.Training.EarlyStopping is not null || _request.DecisionThreshold != DecisionThreshold.Zero)
        {
            throw new ArgumentException(
                $"{nameof(LoraSentencePairOptions.EarlyStopping)} and a {nameof(LoraSentencePairOptions.DecisionThreshold)} other than Zero need validation pairs: " +
                $"set {nameof(LoraSentencePairOptions.ValidationFraction)} above 0, or give Fit a validation set.");
        }
    }

    /// <summary>Refuses validation rows of one class where a choice depends on figures that need both, and warns of them elsewhere.</summary>
    private void CheckClasses(PairRows held)
    {
        int positives = held.Labels.Count(label => label == 1);
        if (positives > 0 && positives < held.Count)
        {
            return;
        }

        string fact = $"All {held.Count} rows to validate on have '{_request.Columns.Label}' = {(positives == 0 ? "false" : "true")}.";
        if (_request.Training.EarlyStopping is { Metric: ValidationMetric.F1 or ValidationMetric.MatthewsCorrelation } || _request.DecisionThreshold != DecisionThreshold.Zero)
        {
            throw new ArgumentException(
                $"{fact} {nameof(LoraSentencePairOptions.EarlyStopping)} by F1 or MatthewsCorrelation and a {nameof(LoraSentencePairOptions.DecisionThreshold)} other than Zero " +
                $"need rows of both classes: give more validation rows, or another {nameof(LoraSentencePairOptions.Seed)} for the split.");
        }

        Warn($"{fact} F1 and the Matthews correlation say nothing about them.");
    }

    private (LabeledPairs Pairs, int Truncated) Tokenize(PairRows rows)
    {
        List<(string First, string Second)> texts = _request.Symmetric ? [.. rows.Texts.Select(SentenceOrder.Arrange)] : rows.Texts;
        EncodedPairs encoded = _encoder.Tokenizer.EncodeAll(texts, _maxTokens, _request.Threads, _request.Cancellation);
        EncodedPair[]? swapped = _request.Symmetric ? [.. encoded.Pairs.Select(_encoder.Tokenizer.Swap)] : null;
        return (new LabeledPairs([.. encoded.Pairs], swapped, [.. rows.Labels]), encoded.CutPairs);
    }

    private TrainingHooks Hooks(LabeledPairs train, LabeledPairs? held) => new()
    {
        Progress = _request.Progress,
        Log = Info,
        Cancellation = _request.Cancellation,
        Time = _request.Time,
        Checkpoints = _request.Checkpoints is { } options ? new CheckpointStore(options, RunFingerprint.Of(_request, _encoder, _maxTokens, train, held)) : null,
    };

    private int SequenceLimit()
    {
        int most = _encoder.Shape.MaxTokens;
        return _request.MaxTokens is { } wanted && wanted > most
            ? throw new ArgumentException(
                $"{nameof(LoraSentencePairOptions.MaxTokens)} is {wanted}, but encoder '{_encoder.Identity.Id}' has positions for {most} tokens. Set it to {most} or less.")
            : _request.MaxTokens ?? _encoder.DefaultMaxTokens;
    }

    private void RequireLayers()
    {
        int layers = _encoder.Shape.Layers;
        if (_request.Trainable.Adapter.TopLayers > layers)
        {
            throw new ArgumentException(
                $"{nameof(LoraSentencePairOptions.AdaptedLayers)} is {_request.Trainable.Adapter.TopLayers}, but encoder '{_encoder.Identity.Id}' has {layers} layers. " +
                $"Set it to {layers} or less, or to null for all.");
        }
    }

    private ulong SeedOf(string purpose) => SeededRandom.Derive((ulong)_request.Seed, purpose);

    private void LogEncoder()
    {
        Info($"Encoder '{_encoder.Identity.Id}', checksum {_encoder.Identity.Checksum}, sequences up to {_maxTokens} tokens.");
        if (_encoder.IgnoredTensors.Count > 0)
        {
            Info($"Tensors of the checkpoint that the encoder does not use: {string.Join(", ", _encoder.IgnoredTensors)}.");
        }
    }

    private void LogData(LabeledPairs train, LabeledPairs? held, int truncated)
    {
        Info($"{train.Count} pairs to train on, {held?.Count ?? 0} to validate on.");
        if (truncated > 0)
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"{truncated} pairs are longer than {_maxTokens} tokens and lose tokens from the end of their longer sentence. MaxTokens can be up to {_encoder.Shape.MaxTokens}."));
        }
    }

    private void Info(string message) => _channel.Info(MessageSensitivity.None, "{0}", message);

    private void Warn(string message) => _channel.Warning(MessageSensitivity.None, "{0}", message);
}
