namespace Microsoft.ML.Lora;

/// <summary>How far predicted probabilities can be taken at their word.</summary>
public sealed record CalibrationMetrics
{
    /// <summary>
    /// The mean distance of a bin's predicted probability from its share of positives, weighted by the bins' sizes: 0, where every bin is
    /// calibrated, to 1. Bins hold equally many predictions (adaptive ECE; Nixon et al., arXiv 1904.01685).
    /// </summary>
    public required double ExpectedCalibrationError { get; init; }

    /// <summary>Mean cross-entropy in nats. ML.NET's <c>LogLoss</c> is in bits: this divided by ln 2.</summary>
    public required double LogLoss { get; init; }

    /// <summary>The mean squared distance of probability and label, 0 to 1.</summary>
    public required double BrierScore { get; init; }

    /// <summary>The bins, from low to high probability.</summary>
    public required IReadOnlyList<ReliabilityBin> Bins { get; init; }
}
