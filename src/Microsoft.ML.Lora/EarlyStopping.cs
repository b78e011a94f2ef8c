namespace Microsoft.ML.Lora;

/// <summary>When training ends before its last epoch.</summary>
public sealed record EarlyStopping
{
    /// <summary>Validations in a row without a new best after which training ends.</summary>
    /// <value>From 1 to 1,000. The default is 2.</value>
    public int Patience { get; init; } = 2;

    /// <summary>The figure that decides which weights are best.</summary>
    /// <value>The default is <see cref="ValidationMetric.LogLoss"/>.</value>
    public ValidationMetric Metric { get; init; } = ValidationMetric.LogLoss;
}
