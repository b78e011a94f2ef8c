namespace Microsoft.ML.Data;

/// <summary>Metrics of a binary classifier that also gives probabilities. Logarithms are to base 2.</summary>
public sealed class CalibratedBinaryClassificationMetrics : BinaryClassificationMetrics
{
    internal CalibratedBinaryClassificationMetrics(BinaryCounts counts, ScoreRanking ranking) : base(counts, ranking)
    {
        LogLoss = counts.LogLoss;
        LogLossReduction = counts.LogLossReduction;
        Entropy = counts.Entropy;
    }

    /// <summary>The mean of −log₂ of the probability given to the actual class, in bits; NaN if a probability was NaN.</summary>
    public double LogLoss { get; }

    /// <summary>How much of the prior's entropy the probabilities take away: 1 perfect, 0 no better than the prior.</summary>
    public double LogLossReduction { get; }

    /// <summary>The entropy of the share of positive rows, in bits.</summary>
    public double Entropy { get; }
}
