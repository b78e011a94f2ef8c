using System.Text.Json.Serialization;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>What scores are worth on labelled pairs. Results leave out what each pair was given.</summary>
/// <param name="Accuracy">Share of right decisions.</param>
/// <param name="F1">Of the positive class.</param>
/// <param name="MatthewsCorrelation">MCC.</param>
/// <param name="LogLoss">In nats.</param>
/// <param name="CalibrationError">ECE over bins of equal size.</param>
/// <param name="Bins">These bins.</param>
/// <param name="Probabilities">The probability that each pair's score stands for.</param>
/// <param name="Labels">The class of each pair.</param>
internal sealed record CalibrationFigures(
    double Accuracy, double F1, double MatthewsCorrelation, double LogLoss, double CalibrationError, [property: JsonIgnore] IReadOnlyList<ReliabilityBin> Bins,
    [property: JsonIgnore] float[] Probabilities, [property: JsonIgnore] int[] Labels)
{
    private const int BinCount = 15;

    /// <summary>
    /// The calibration error of a way of scoring on average over trainings: that of the pairs of all of them taken together. It does not see what one training is off by
    /// when others are off the other way; what a single model is worth, the mean of their own errors tells, which has in it what bins of few pairs are off by chance.
    /// </summary>
    public static double CalibrationErrorTogether(IReadOnlyCollection<CalibrationFigures> trainings) => Reliability.Measure(
        [.. trainings.SelectMany(training => training.Probabilities)], [.. trainings.SelectMany(training => training.Labels)], BinCount).ExpectedCalibrationError;

    /// <summary>The figures of scores that are logits.</summary>
    public static CalibrationFigures Of(float[] scores, int[] labels)
    {
        ValidationMetrics decisions = BinaryMeasures.Measure(scores, labels);
        float[] probabilities = [.. scores.Select(score => (float)(1 / (1 + Math.Exp(-score))))];
        CalibrationMetrics calibration = Reliability.Measure(probabilities, labels, BinCount);
        return new(
            decisions.Accuracy, decisions.F1, decisions.MatthewsCorrelation, decisions.LogLoss, calibration.ExpectedCalibrationError, calibration.Bins, probabilities,
            labels);
    }
}
