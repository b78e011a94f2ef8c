namespace Microsoft.ML.Data;

/// <summary>What a multiclass classifier's scores are worth. Logarithms are natural.</summary>
public sealed class MulticlassClassificationMetrics
{
    internal MulticlassClassificationMetrics(MulticlassCounts counts, string[] classNames, int topKPredictionCount)
    {
        LogLoss = counts.LogLoss;
        LogLossReduction = counts.LogLossReduction;
        MacroAccuracy = counts.MacroAccuracy;
        MicroAccuracy = counts.MicroAccuracy;
        TopKPredictionCount = topKPredictionCount;
        TopKAccuracyForAllK = topKPredictionCount > 0 ? counts.TopKAccuracies(topKPredictionCount) : null!;
        PerClassLogLoss = counts.PerClassLogLoss;
        ConfusionMatrix = new ConfusionMatrix(counts.Confusions, classNames, isBinary: false);
    }

    /// <summary>The mean of −ln of the score given to the actual class, which is read as a probability.</summary>
    public double LogLoss { get; }

    /// <summary>How much of the prior's entropy the scores take away: 1 perfect, 0 no better than the prior.</summary>
    public double LogLossReduction { get; }

    /// <summary>The mean over the classes that occur of the share of their rows predicted right.</summary>
    public double MacroAccuracy { get; }

    /// <summary>The share of rows predicted right.</summary>
    public double MicroAccuracy { get; }

    /// <summary>The share of rows whose class is among the <see cref="TopKPredictionCount"/> highest scores; 0 if not asked for.</summary>
    public double TopKAccuracy => TopKAccuracyForAllK is [.., var last] ? last : 0;

    /// <summary>The k asked for; 0 if none was.</summary>
    public int TopKPredictionCount { get; }

    /// <summary>The top-k accuracy for every k from 1 up; null if none was asked for.</summary>
    public IReadOnlyList<double> TopKAccuracyForAllK { get; }

    /// <summary>The log-loss over the rows of each class; 0 for a class without rows.</summary>
    public IReadOnlyList<double> PerClassLogLoss { get; }

    /// <summary>Counts by actual and predicted class.</summary>
    public ConfusionMatrix ConfusionMatrix { get; }
}
