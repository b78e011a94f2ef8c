using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Training;

/// <summary>What a training run made.</summary>
internal sealed record TrainingOutcome
{
    /// <summary>The weights to keep.</summary>
    public required TrainedWeights Weights { get; init; }

    /// <summary>The step that <see cref="Weights"/> belong to.</summary>
    public required int WeightsStep { get; init; }

    /// <summary>Why the run ended.</summary>
    public required TrainingEnd End { get; init; }

    /// <summary>Steps taken in all, those before a resumption included.</summary>
    public required int Steps { get; init; }

    /// <summary>Every validation.</summary>
    public required IReadOnlyList<ValidationPoint> Validations { get; init; }

    /// <summary>Time the steps of this run took, validations and checkpoints not counted.</summary>
    public required TimeSpan TrainingTime { get; init; }

    /// <summary>Pairs trained on in this run, repetitions counted.</summary>
    public required long PairsTrained { get; init; }

    /// <summary>The classifier's logits of the positive class for the validation pairs, by <see cref="Weights"/>; <see langword="null"/> without validation pairs.</summary>
    public required float[]? ValidationScores { get; init; }
}
