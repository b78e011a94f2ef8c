namespace Microsoft.ML.Lora;

/// <summary>What comes of a training that was cancelled.</summary>
public enum CancellationResult
{
    /// <summary><c>Fit</c> throws <see cref="OperationCanceledException"/>; a checkpoint is written first where checkpoints are on.</summary>
    Throw,

    /// <summary>
    /// <c>Fit</c> returns a model with the best weights so far: those of the best validation where early stopping is on, else
    /// the latest. Its scores are the classifier's: a <see cref="MatchingScore"/> that is not yet made is left out, and a warning says so. Cancelled
    /// before the first step, it throws all the same.
    /// </summary>
    KeepBest,
}
