namespace Microsoft.ML.Lora;

/// <summary>
/// Where training stands: reported after every step, and once more, with <see cref="Validation"/>, after every validation; before the first step
/// with each <see cref="Trial"/> of a search for rates.
/// </summary>
public sealed record TrainingProgress
{
    /// <summary>The running epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs in all, if training is not ended early.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps taken, over all epochs.</summary>
    public required int Step { get; init; }

    /// <summary>Steps in all, if training is not ended early.</summary>
    public required int Steps { get; init; }

    /// <summary>Loss of the latest step's batch before its update: weighted mean cross-entropy in nats.</summary>
    public required double Loss { get; init; }

    /// <summary>Euclidean norm of the latest step's gradients before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>The rates of each low-rank update at the latest step, schedule included; empty where none is trained.</summary>
    public required IReadOnlyList<AdapterRate> Rates { get; init; }

    /// <summary>Learning rate of the head at the latest step, schedule included.</summary>
    public required double RateOfHead { get; init; }

    /// <summary>
    /// The trial that ended just now where rates are searched for, before the first step; else <see langword="null"/>. Of the other figures only
    /// <see cref="Epochs"/>, <see cref="Steps"/> and <see cref="Elapsed"/>, since the search began, then say anything.
    /// </summary>
    public RateTrial? Trial { get; init; }

    /// <summary>Figures on the validation pairs where they were just measured, else <see langword="null"/>.</summary>
    public ValidationMetrics? Validation { get; init; }

    /// <summary>Training speed since the start or resumption, time for validation and checkpoints not counted.</summary>
    public required double PairsPerSecond { get; init; }

    /// <summary>Time since the start or resumption.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Estimated time to the last step of the last epoch, validations included as they have been so far.</summary>
    public required TimeSpan Remaining { get; init; }
}
