using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>How every training of a study goes, so that studies compare: batches of 64, 6 % warm-up then linear decay, no validation.</summary>
internal static class StudyTraining
{
    /// <summary>Pairs of a step.</summary>
    public const int BatchSize = 64;

    /// <summary>The share of the steps that the rates rise over.</summary>
    public const float Warmup = 0.06f;

    /// <summary>How the rates change over the steps.</summary>
    public const RateSchedule Schedule = RateSchedule.Linear;

    /// <summary>The training.</summary>
    public static TrainingPlan Plan(int epochs, int seed) => new()
    {
        Epochs = epochs,
        BatchSize = BatchSize,
        Schedule = Schedule,
        WarmupFraction = Warmup,
        ClassWeighting = ClassWeighting.None,
        ValidationsPerEpoch = 1,
        EarlyStopping = null,
        OnCancellation = CancellationResult.Throw,
        Seed = (ulong)seed,
    };

    /// <summary>Nothing besides the training but its progress.</summary>
    public static TrainingHooks Hooks(IProgress<TrainingProgress>? progress = null) => new()
    {
        Progress = progress,
        Log = _ => { },
        Cancellation = default,
        Time = TimeProvider.System,
        Checkpoints = null,
    };
}
