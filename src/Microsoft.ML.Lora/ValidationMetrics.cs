namespace Microsoft.ML.Lora;

/// <summary>What was measured on the validation pairs, deciding by score above 0.</summary>
/// <param name="LogLoss">Mean cross-entropy in nats; no class weights.</param>
/// <param name="Accuracy">Share of pairs decided rightly, 0 to 1.</param>
/// <param name="F1">F1 of the positive class, 0 to 1; 0 where no pair is rightly called positive.</param>
/// <param name="MatthewsCorrelation">From −1 to 1; 0 where it is not defined because only one class occurs or is predicted.</param>
public sealed record ValidationMetrics(double LogLoss, double Accuracy, double F1, double MatthewsCorrelation)
{
    /// <summary>One of the figures, turned so that more is better.</summary>
    internal double Quality(ValidationMetric metric) => metric switch
    {
        ValidationMetric.LogLoss => -LogLoss,
        ValidationMetric.Accuracy => Accuracy,
        ValidationMetric.F1 => F1,
        ValidationMetric.MatthewsCorrelation => MatthewsCorrelation,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "No such metric."),
    };
}
