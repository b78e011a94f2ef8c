namespace Microsoft.ML.Lora;

/// <summary>What comes of a training that was cancelled.</summary>
public enum CancellationResult
{
    /// <summary><c>Fit</c> throws <see cref="OperationCanceledException"/>; a checkpoint is written first where checkpoints are on.</summary>
    Throw,

    /// <summary>
    /// <c>Fit</c> returns a model with the best weights so far: those of the best validation where early stopping is on, else
    /// the latest. Cancelled before the first step, it throws all the same.
    /// </summary>
    KeepBest,
}
