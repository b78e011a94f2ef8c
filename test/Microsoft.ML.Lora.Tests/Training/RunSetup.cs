using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>A small run that tests change one thing in: 10 pairs, batches of 4, 2 epochs, so 6 steps, the last of each epoch with 2 pairs.</summary>
internal sealed class RunSetup
{
    public const int StepsPerEpoch = 3;
    public const int Steps = 6;

    public LabeledPairs Train { get; init; } = TrainingPairs.Create(10);

    public LabeledPairs? Validation { get; init; }

    public TrainingPlan Plan { get; init; } = new()
    {
        Epochs = 2,
        BatchSize = 4,
        Schedule = RateSchedule.Linear,
        WarmupFraction = 0,
        ClassWeighting = ClassWeighting.None,
        ValidationsPerEpoch = 1,
        EarlyStopping = null,
        OnCancellation = CancellationResult.Throw,
        Seed = 5,
    };

    public IProgress<TrainingProgress>? Progress { get; init; }

    public List<string> Log { get; } = [];

    public CancellationToken Cancellation { get; init; }

    public TimeProvider Time { get; init; } = new ManualClock();

    public CheckpointStore? Checkpoints { get; init; }

    public TrainingOutcome Run(FakeSession session) => TrainingRun.Execute(session, Train, Validation, Plan, new TrainingHooks
    {
        Progress = Progress,
        Log = Log.Add,
        Cancellation = Cancellation,
        Time = Time,
        Checkpoints = Checkpoints,
    });
}
