namespace Microsoft.ML.Lora;

/// <summary>One validation.</summary>
/// <param name="Step">Steps taken before it, over all epochs.</param>
/// <param name="Metrics">What was measured.</param>
public sealed record ValidationPoint(int Step, ValidationMetrics Metrics);
