using System.Globalization;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Training;

/// <summary>Writes a run's state to its checkpoint file, and takes it back.</summary>
internal sealed class CheckpointStore
{
    private const string FileName = "training.safetensors";
    private const string TrainedPrefix = "trained.";
    private const string BestPrefix = "best.";
    private const string MomentPrefix = "optimizer.";
    private const string RateStatePrefix = "rates.";
    private const string FingerprintPrefix = "run.";
    private const string TrialKey = "trials";

    private readonly string _path;
    private readonly TrainingCheckpoints _options;
    private readonly Facts _fingerprint;
    private int _lastSaved;
    private IReadOnlyList<RateTrial> _trials = [];

    /// <param name="options">Where and how often.</param>
    /// <param name="fingerprint">What the run depends on, under names fit for messages; a checkpoint of another one is refused.</param>
    public CheckpointStore(TrainingCheckpoints options, Facts fingerprint)
    {
        _options = options;
        _fingerprint = fingerprint;
        _path = Path.Combine(options.Directory, FileName);
    }

    /// <summary>
    /// The trials of the search for rates that the stored run began with, so that going on searches no second time; <see langword="null"/> where there is
    /// nothing to go on from.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not a whole checkpoint, or belongs to a run with other data, encoder or options.</exception>
    public IReadOnlyList<RateTrial>? ReadTrials() => ReadCheckpoint() is { } checkpoint ? RateTrialFacts.Read(checkpoint.Facts, TrialKey) : null;

    /// <summary>Keeps the trials that the run began with in every checkpoint from here on.</summary>
    public void Keep(IReadOnlyList<RateTrial> trials) => _trials = trials;

    /// <summary>
    /// Begins the use of the folder: makes sure that checkpoints can be written to it, and sets the session to the stored state, where
    /// there is one and going on is wanted.
    /// </summary>
    /// <returns>The rest of the state, or <see langword="null"/> to start anew.</returns>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    /// <exception cref="InvalidDataException">The file is not a whole checkpoint, or belongs to a run with other data, encoder or options.</exception>
    public RunState? Restore(ITrainingSession session)
    {
        RequireWritableFolder();
        if (ReadCheckpoint() is not { } checkpoint)
        {
            return null;
        }

        session.ImportTrained(new TrainedWeights(Take(checkpoint, TrainedPrefix)));
        session.ImportOptimizer(new OptimizerState(
            checkpoint.Facts.Whole("optimizer.steps"), Take(checkpoint, MomentPrefix), Take(checkpoint, RateStatePrefix), ReadRandom(checkpoint.Facts)));
        RunState state = ReadState(checkpoint);
        _lastSaved = state.Step;
        return state;
    }

    /// <summary>The stored state, of this run; <see langword="null"/> where there is none or going on is not wanted.</summary>
    private TrainingCheckpoint? ReadCheckpoint()
    {
        if (!_options.Resume || !File.Exists(_path))
        {
            return null;
        }

        TrainingCheckpoint checkpoint = TrainingCheckpointFile.Read(_path);
        string[] differences = [.. Differences(checkpoint.Facts)];
        if (differences.Length > 0)
        {
            throw new InvalidDataException(
                $"{_path}: this checkpoint belongs to another training: {string.Join("; ", differences)}. " +
                $"Choose another folder, or set {nameof(TrainingCheckpoints)}.{nameof(TrainingCheckpoints.Resume)} to false to overwrite it.");
        }

        return checkpoint;
    }

    /// <summary>Whether to save: the epoch ended, or enough steps have passed since the last time.</summary>
    public bool IsDue(RunState state, bool epochEnded) => epochEnded || state.Step - _lastSaved >= _options.EverySteps;

    /// <summary>Saves now. The last checkpoint stays whole until the new one is complete.</summary>
    /// <param name="session">Gives the state of the optimizer.</param>
    /// <param name="weights">The session's trained weights, found finite.</param>
    /// <param name="state">The rest of the state.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(ITrainingSession session, TrainedWeights weights, RunState state)
    {
        OptimizerState optimizer = session.ExportOptimizer();
        var facts = new Facts();
        foreach ((string name, string value) in _fingerprint.Values)
        {
            facts.Set(FingerprintPrefix + name, value);
        }

        facts.Set("optimizer.steps", optimizer.Steps);
        WriteRandom(facts, optimizer.Dropout);
        RateTrialFacts.Write(facts, TrialKey, _trials);
        WriteState(facts, state);
        NamedTensor[] tensors =
        [
            .. Prefixed(TrainedPrefix, weights.Tensors),
            .. Prefixed(MomentPrefix, optimizer.Moments),
            .. Prefixed(RateStatePrefix, optimizer.RateStates),
            .. Prefixed(BestPrefix, state.Best?.Weights.Tensors ?? []),
        ];
        try
        {
            TrainingCheckpointFile.Write(_path, new TrainingCheckpoint(tensors, facts));
        }
        catch (IOException exception)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The checkpoint of step {state.Step} was not saved: {exception.Message}"), exception);
        }

        _lastSaved = state.Step;
    }

    /// <summary>Makes sure that checkpoints can be written to the folder: writes an empty file the way a checkpoint is written, and deletes it.</summary>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    public void RequireWritableFolder()
    {
        string probe = _path + ".probe";
        try
        {
            AtomicFile.Write(probe, _ => { });
            File.Delete(probe);
        }
        catch (IOException exception)
        {
            throw new IOException(
                $"No checkpoint can be saved in '{_options.Directory}': {exception.Message} " +
                $"Set {nameof(LoraSentencePairOptions.Checkpoints)} to a folder that can be written to.",
                exception);
        }
    }

    /// <summary>Where the stored run and this one are not the same, in words.</summary>
    private IEnumerable<string> Differences(Facts checkpoint)
    {
        Dictionary<string, string> stored = checkpoint.Values
            .Where(fact => fact.Key.StartsWith(FingerprintPrefix, StringComparison.Ordinal))
            .ToDictionary(fact => fact.Key[FingerprintPrefix.Length..], fact => fact.Value);
        foreach (string name in _fingerprint.Values.Keys.Union(stored.Keys))
        {
            string here = _fingerprint.Values.GetValueOrDefault(name, "not known");
            string there = stored.GetValueOrDefault(name, "nothing");
            if (here != there)
            {
                yield return $"{name} is {here}, but the checkpoint has {there}";
            }
        }
    }

    private static IEnumerable<NamedTensor> Prefixed(string prefix, IEnumerable<NamedTensor> tensors) =>
        tensors.Select(tensor => new NamedTensor(prefix + tensor.Name, tensor.Shape, tensor.Values));

    private static NamedTensor[] Take(TrainingCheckpoint checkpoint, string prefix) =>
    [
        .. checkpoint.Tensors
            .Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(tensor => new NamedTensor(tensor.Name[prefix.Length..], tensor.Shape, tensor.Values)),
    ];

    private static void WriteRandom(Facts facts, RandomState random)
    {
        facts.Set("random.0", random.S0);
        facts.Set("random.1", random.S1);
        facts.Set("random.2", random.S2);
        facts.Set("random.3", random.S3);
    }

    private static RandomState ReadRandom(Facts facts) =>
        new(facts.Bits("random.0"), facts.Bits("random.1"), facts.Bits("random.2"), facts.Bits("random.3"));

    private static void WriteState(Facts facts, RunState state)
    {
        facts.Set("step", (long)state.Step);
        facts.Set("validations", (long)state.Validations.Count);
        facts.Set("validations.since.best", (long)state.ValidationsSinceBest);
        for (int i = 0; i < state.Validations.Count; i++)
        {
            ValidationFacts.Write(facts, ValidationKey(i), state.Validations[i]);
        }

        facts.Set("best", state.Best is not null);
        if (state.Best is { } best)
        {
            facts.Set("best.quality", best.Quality);
            facts.Set("best.step", (long)best.Step);
        }
    }

    private static RunState ReadState(TrainingCheckpoint checkpoint)
    {
        Facts facts = checkpoint.Facts;
        int validations = facts.Entries("validations");
        return new RunState
        {
            Step = facts.Count("step"),
            Validations = [.. Enumerable.Range(0, validations).Select(i => ValidationFacts.Read(facts, ValidationKey(i)))],
            ValidationsSinceBest = facts.Count("validations.since.best"),
            Best = facts.Flag("best")
                ? new BestWeights(new TrainedWeights(Take(checkpoint, BestPrefix)), facts.Number("best.quality"), facts.Count("best.step"))
                : null,
        };
    }

    private static string ValidationKey(int index) => string.Create(CultureInfo.InvariantCulture, $"validation.{index}");
}
