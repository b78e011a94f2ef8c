namespace Microsoft.ML.Lora.Training;

/// <summary>What a training run tells and asks the world outside.</summary>
internal sealed record TrainingHooks
{
    /// <summary>Told of every step and every validation.</summary>
    public required IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Told, in words, of what is worth a line in the log.</summary>
    public required Action<string> Log { get; init; }

    /// <summary>Asks the run to end.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where checkpoints go; <see langword="null"/> for none.</summary>
    public required CheckpointStore? Checkpoints { get; init; }
}
