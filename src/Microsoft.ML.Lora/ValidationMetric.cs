namespace Microsoft.ML.Lora;

/// <summary>A figure measured on the validation pairs.</summary>
public enum ValidationMetric
{
    /// <summary>Mean cross-entropy in nats; lower is better.</summary>
    LogLoss,

    /// <summary>Share of pairs decided rightly; higher is better.</summary>
    Accuracy,

    /// <summary>F1 of the positive class; higher is better.</summary>
    F1,

    /// <summary>Matthews correlation coefficient; higher is better.</summary>
    MatthewsCorrelation,
}
