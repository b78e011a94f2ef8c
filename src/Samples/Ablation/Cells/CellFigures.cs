using Microsoft.ML.Lora;
using SampleConsole;

namespace Ablation.Cells;

/// <summary>The figures of one training, all but the cost measured on the test pairs.</summary>
internal sealed record CellFigures
{
    public required double Accuracy { get; init; }

    /// <summary>F1 of the positive class.</summary>
    public required double F1 { get; init; }

    public required double MacroF1 { get; init; }

    public required double WeightedF1 { get; init; }

    public required double Mcc { get; init; }

    /// <summary>Of the positive class, as <see cref="Recall"/> is.</summary>
    public required double Precision { get; init; }

    public required double Recall { get; init; }

    /// <summary>In nats.</summary>
    public required double LogLoss { get; init; }

    /// <summary>Over 15 bins of equally many pairs.</summary>
    public required double CalibrationError { get; init; }

    public required double BrierScore { get; init; }

    public required double AreaUnderRocCurve { get; init; }

    public required long TrainedParameters { get; init; }

    /// <summary>Time of the training steps alone, over the epochs.</summary>
    public required double SecondsPerEpoch { get; init; }

    /// <summary>The most memory that the process held up to the end of training.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Test pairs by actual class (rows) and decided class (columns), duplicates first.</summary>
    public required double[][] Confusion { get; init; }

    public required IReadOnlyList<ReliabilityBin> Reliability { get; init; }

    public static CellFigures Of(Measured measured, int epochs, long peakBytes) => new()
    {
        Accuracy = measured.Metrics.Accuracy,
        F1 = measured.Metrics.F1Score,
        MacroF1 = measured.Metrics.MacroF1Score(),
        WeightedF1 = measured.Metrics.WeightedF1Score(),
        Mcc = measured.Metrics.MatthewsCorrelation(),
        Precision = measured.Metrics.PositivePrecision,
        Recall = measured.Metrics.PositiveRecall,
        LogLoss = measured.Calibration.LogLoss,
        CalibrationError = measured.Calibration.ExpectedCalibrationError,
        BrierScore = measured.Calibration.BrierScore,
        AreaUnderRocCurve = measured.Metrics.AreaUnderRocCurve,
        TrainedParameters = measured.Summary.TrainedParameters,
        SecondsPerEpoch = measured.Summary.TrainingTime.TotalSeconds / epochs,
        PeakBytes = peakBytes,
        Confusion = [.. measured.Metrics.ConfusionMatrix.Counts.Select(row => row.ToArray())],
        Reliability = measured.Calibration.Bins,
    };
}
