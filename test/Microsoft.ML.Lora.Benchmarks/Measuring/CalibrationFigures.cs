using System.Text.Json.Serialization;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>What scores are worth on labelled pairs. The bins are for pictures; results leave them out.</summary>
internal sealed record CalibrationFigures(
    double Accuracy, double F1, double MatthewsCorrelation, double LogLoss, double CalibrationError, [property: JsonIgnore] IReadOnlyList<ReliabilityBin> Bins)
{
    private const int BinCount = 15;

    /// <summary>The figures of scores that are logits.</summary>
    public static CalibrationFigures Of(float[] scores, int[] labels)
    {
        ValidationMetrics decisions = BinaryMeasures.Measure(scores, labels);
        float[] probabilities = [.. scores.Select(score => (float)(1 / (1 + Math.Exp(-score))))];
        CalibrationMetrics calibration = Reliability.Measure(probabilities, labels, BinCount);
        return new(
            decisions.Accuracy, decisions.F1, decisions.MatthewsCorrelation, decisions.LogLoss, calibration.ExpectedCalibrationError, calibration.Bins);
    }
}
