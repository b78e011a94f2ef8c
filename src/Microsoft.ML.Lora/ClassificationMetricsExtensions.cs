using Microsoft.ML.Data;
using Microsoft.ML.Lora.Pipeline;

namespace Microsoft.ML.Lora;

/// <summary>Figures that ML.NET's metrics lack, from the confusion matrix they carry.</summary>
public static class ClassificationMetricsExtensions
{
    /// <summary>Matthews correlation coefficient: −1 to 1, and 0 where it is not defined because only one class occurs or is predicted.</summary>
    /// <param name="metrics">What <c>ml.BinaryClassification.Evaluate</c> or <c>EvaluateNonCalibrated</c> returned.</param>
    public static double MatthewsCorrelation(this BinaryClassificationMetrics metrics) => Measures(metrics).MatthewsCorrelation;

    /// <summary>The plain mean of the F1 of both classes: 0 to 1. A class that is never rightly predicted counts as 0.</summary>
    /// <param name="metrics">What <c>ml.BinaryClassification.Evaluate</c> or <c>EvaluateNonCalibrated</c> returned.</param>
    public static double MacroF1Score(this BinaryClassificationMetrics metrics) => Measures(metrics).MacroF1;

    /// <summary>The mean of the F1 of both classes, weighted by how often each occurs: 0 to 1.</summary>
    /// <param name="metrics">What <c>ml.BinaryClassification.Evaluate</c> or <c>EvaluateNonCalibrated</c> returned.</param>
    public static double WeightedF1Score(this BinaryClassificationMetrics metrics) => Measures(metrics).WeightedF1;

    private static ConfusionMeasures Measures(BinaryClassificationMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        return new ConfusionMeasures(metrics.ConfusionMatrix);
    }
}
