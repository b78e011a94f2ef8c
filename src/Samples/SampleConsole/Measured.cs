using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Lora;

namespace SampleConsole;

/// <summary>What a trained model does on test pairs, and what it cost.</summary>
public sealed record Measured
{
    /// <summary>What ML.NET's evaluator says.</summary>
    public required CalibratedBinaryClassificationMetrics Metrics { get; init; }

    /// <summary>How far its probabilities can be taken at their word.</summary>
    public required CalibrationMetrics Calibration { get; init; }

    /// <summary>How the training went.</summary>
    public required TrainingSummary Summary { get; init; }

    /// <summary>Pairs scored per second, reading and tokenizing included.</summary>
    public required double ScoredPairsPerSecond { get; init; }

    /// <summary>The most memory this process has held so far, in bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Mean cross-entropy in nats. ML.NET's binary evaluator reports bits.</summary>
    public double LogLoss => Metrics.LogLoss * Math.Log(2);

    /// <summary>Scores test pairs and measures.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="model">The whole trained pipeline.</param>
    /// <param name="summary">How its training went.</param>
    /// <param name="test">Labelled test pairs.</param>
    public static Measured On(MLContext ml, ITransformer model, TrainingSummary summary, IDataView test)
    {
        // Scored once into memory, so that the time is that of scoring alone and the evaluator does not score again.
        long began = Stopwatch.GetTimestamp();
        ScoredPair[] scored = [.. ml.Data.CreateEnumerable<ScoredPair>(model.Transform(test), reuseRowObject: false)];
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        IDataView rows = ml.Data.LoadFromEnumerable(scored);
        return new Measured
        {
            Metrics = ml.BinaryClassification.Evaluate(rows),
            Calibration = ml.BinaryClassification.EvaluateCalibration(rows),
            Summary = summary,
            ScoredPairsPerSecond = scored.Length / took.TotalSeconds,
            PeakBytes = Process.GetCurrentProcess().PeakWorkingSet64,
        };
    }

    private sealed class ScoredPair
    {
        public bool Label { get; set; }

        public bool PredictedLabel { get; set; }

        public float Score { get; set; }

        public float Probability { get; set; }
    }
}
