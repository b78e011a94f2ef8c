using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class MulticlassClassificationCatalog
{
    /// <summary>Evaluates rows with a vector of one score per class.</summary>
    /// <param name="data">The scored rows.</param>
    /// <param name="labelColumnName">A key, or a Single holding the class index.</param>
    /// <param name="scoreColumnName">A vector of Single, read as probabilities.</param>
    /// <param name="predictedLabelColumnName">Must exist; it is not read.</param>
    /// <param name="topKPredictionCount">If above 0, the top-k accuracies up to that k are measured too.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public MulticlassClassificationMetrics Evaluate(
        IDataView data,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int topKPredictionCount = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        Checks.NonEmpty(labelColumnName);
        Checks.NonEmpty(scoreColumnName);
        Checks.NonEmpty(predictedLabelColumnName);
        ArgumentOutOfRangeException.ThrowIfNegative(topKPredictionCount);
        return MulticlassEvaluator.Evaluate(data, labelColumnName, scoreColumnName, predictedLabelColumnName, topKPredictionCount);
    }

    /// <summary>Trains and evaluates once per fold, on the columns Score and PredictedLabel.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="estimator">Trained once per fold.</param>
    /// <param name="numberOfFolds">2 or more.</param>
    /// <param name="labelColumnName">The label to evaluate against.</param>
    /// <param name="samplingKeyColumnName">If given, rows with equal values of that column are in the same fold.</param>
    /// <param name="seed">Chooses the folds; the context's seed if null.</param>
    public IReadOnlyList<CrossValidationResult<MulticlassClassificationMetrics>> CrossValidate(
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds = 5,
        string labelColumnName = "Label",
        string? samplingKeyColumnName = null,
        int? seed = null)
    {
        Checks.NonEmpty(labelColumnName);
        return CrossValidate(data, estimator, numberOfFolds, samplingKeyColumnName, seed, scores => Evaluate(scores, labelColumnName));
    }
}
