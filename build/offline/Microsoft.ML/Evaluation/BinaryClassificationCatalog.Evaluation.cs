using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class BinaryClassificationCatalog
{
    /// <summary>Evaluates rows with a score and a probability.</summary>
    /// <param name="data">The scored rows.</param>
    /// <param name="labelColumnName">Single, Double, Boolean or a key of two: positive if above 0, true, or the key's second value.</param>
    /// <param name="scoreColumnName">Single; predicted positive if above 0.</param>
    /// <param name="probabilityColumnName">Single; the probability of the positive class.</param>
    /// <param name="predictedLabelColumnName">Must exist; it is not read.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or a class has no rows.</exception>
    public CalibratedBinaryClassificationMetrics Evaluate(
        IDataView data,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        string probabilityColumnName = "Probability",
        string predictedLabelColumnName = "PredictedLabel")
    {
        ArgumentNullException.ThrowIfNull(data);
        Checks.NonEmpty(labelColumnName);
        Checks.NonEmpty(scoreColumnName);
        Checks.NonEmpty(probabilityColumnName);
        Checks.NonEmpty(predictedLabelColumnName);
        return BinaryEvaluator.Evaluate(data, labelColumnName, scoreColumnName, probabilityColumnName, predictedLabelColumnName);
    }

    /// <summary>Evaluates rows with a score only; as <see cref="Evaluate"/> without the metrics of probabilities.</summary>
    public BinaryClassificationMetrics EvaluateNonCalibrated(
        IDataView data,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel")
    {
        ArgumentNullException.ThrowIfNull(data);
        Checks.NonEmpty(labelColumnName);
        Checks.NonEmpty(scoreColumnName);
        Checks.NonEmpty(predictedLabelColumnName);
        return BinaryEvaluator.EvaluateNonCalibrated(data, labelColumnName, scoreColumnName, predictedLabelColumnName);
    }

    /// <summary>Trains and evaluates once per fold, on the columns Score, Probability and PredictedLabel.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="estimator">Trained once per fold.</param>
    /// <param name="numberOfFolds">2 or more.</param>
    /// <param name="labelColumnName">The label to evaluate against.</param>
    /// <param name="samplingKeyColumnName">If given, rows with equal values of that column are in the same fold.</param>
    /// <param name="seed">Chooses the folds; the context's seed if null.</param>
    public IReadOnlyList<CrossValidationResult<CalibratedBinaryClassificationMetrics>> CrossValidate(
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

    /// <summary>As <see cref="CrossValidate"/> without the metrics of probabilities.</summary>
    public IReadOnlyList<CrossValidationResult<BinaryClassificationMetrics>> CrossValidateNonCalibrated(
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds = 5,
        string labelColumnName = "Label",
        string? samplingKeyColumnName = null,
        int? seed = null)
    {
        Checks.NonEmpty(labelColumnName);
        return CrossValidate(
            data, estimator, numberOfFolds, samplingKeyColumnName, seed, scores => EvaluateNonCalibrated(scores, labelColumnName));
    }
}
