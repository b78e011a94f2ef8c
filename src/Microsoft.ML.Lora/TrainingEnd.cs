namespace Microsoft.ML.Lora;

/// <summary>Why a training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs were run.</summary>
    Completed,

    /// <summary>The validation pairs stopped improving.</summary>
    StoppedEarly,

    /// <summary>It was cancelled, and <see cref="CancellationResult.KeepBest"/> kept what there was.</summary>
    Cancelled,
}
