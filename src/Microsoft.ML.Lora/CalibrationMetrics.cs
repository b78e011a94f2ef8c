namespace Microsoft.ML.Lora;

/// <summary>How far predicted probabilities can be taken at their word.</summary>
public sealed record CalibrationMetrics
{
    /// <summary>
    /// The mean distance of a bin's predicted probability from its share of positives, weighted by the bins' sizes: 0, where every bin is
    /// calibrated, to 1. Bins hold equally many predictions (adaptive ECE; Nixon et al., arXiv 1904.01685).
    /// </summary>
    public required double ExpectedCalibrationError { get; init; }

    /// <summary>
    /// Mean cross-entropy in nats. ML.NET's <c>LogLoss</c> is in bits: this divided by ln 2. Probabilities count as at least 2⁻²⁵, about 3e-8, away from 0 and
    /// from 1, which is as near to 1 as a float tells: a row costs 17.3 nats at most, whichever way it is wrong.
    /// </summary>
    public required double LogLoss { get; init; }

    /// <summary>The mean squared distance of probability and label, 0 to 1.</summary>
    public required double BrierScore { get; init; }

    /// <summary>The bins, from low to high probability.</summary>
    public required IReadOnlyList<ReliabilityBin> Bins { get; init; }
}
