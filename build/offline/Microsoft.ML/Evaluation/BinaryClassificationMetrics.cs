namespace Microsoft.ML.Data;

/// <summary>What a binary classifier's scores are worth. A row counts as predicted positive when its score is above 0.</summary>
public class BinaryClassificationMetrics
{
    internal BinaryClassificationMetrics(BinaryCounts counts, ScoreRanking ranking)
    {
        AreaUnderRocCurve = ranking.AreaUnderRocCurve();
        AreaUnderPrecisionRecallCurve = ranking.AreaUnderPrecisionRecallCurve();
        Accuracy = counts.Accuracy;
        PositivePrecision = counts.PositivePrecision;
        PositiveRecall = counts.PositiveRecall;
        NegativePrecision = counts.NegativePrecision;
        NegativeRecall = counts.NegativeRecall;
        F1Score = counts.F1Score;
        ConfusionMatrix = counts.ToConfusionMatrix();
    }

    /// <summary>The chance that a positive row scores above a negative one, ties counting half.</summary>
    public double AreaUnderRocCurve { get; }

    /// <summary>The share of rows predicted right.</summary>
    public double Accuracy { get; }

    /// <summary>Of the rows predicted positive, the share that are; 0 if there are none.</summary>
    public double PositivePrecision { get; }

    /// <summary>Of the positive rows, the share predicted so.</summary>
    public double PositiveRecall { get; }

    /// <summary>Of the rows predicted negative, the share that are; 0 if there are none.</summary>
    public double NegativePrecision { get; }

    /// <summary>Of the negative rows, the share predicted so.</summary>
    public double NegativeRecall { get; }

    /// <summary>The harmonic mean of positive precision and recall; 0 if both are 0.</summary>
    public double F1Score { get; }

    /// <summary>The area under the precision-recall curve, by its lower trapezoids.</summary>
    public double AreaUnderPrecisionRecallCurve { get; }

    /// <summary>Counts by actual and predicted class; index 0 is the positive class.</summary>
    public ConfusionMatrix ConfusionMatrix { get; }
}
