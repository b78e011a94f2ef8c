namespace Microsoft.ML.Lora.Engines;

/// <summary>What one step found.</summary>
/// <param name="Loss">Weighted mean cross-entropy of the batch before the update, in nats.</param>
/// <param name="GradientNorm">Euclidean norm of all trained gradients before clipping.</param>
internal readonly record struct StepResult(double Loss, double GradientNorm)
{
    /// <summary>Whether loss and gradients were finite, and the update was made.</summary>
    public bool IsFinite => double.IsFinite(Loss) && double.IsFinite(GradientNorm);
}
