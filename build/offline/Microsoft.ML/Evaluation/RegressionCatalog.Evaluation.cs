using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class RegressionCatalog
{
    /// <summary>Evaluates rows with a score that estimates a number.</summary>
    /// <param name="data">The scored rows.</param>
    /// <param name="labelColumnName">Single.</param>
    /// <param name="scoreColumnName">Single.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public RegressionMetrics Evaluate(IDataView data, string labelColumnName = "Label", string scoreColumnName = "Score")
    {
        ArgumentNullException.ThrowIfNull(data);
        Checks.NonEmpty(labelColumnName);
        Checks.NonEmpty(scoreColumnName);
        return RegressionEvaluator.Evaluate(data, labelColumnName, scoreColumnName);
    }

    /// <summary>Trains and evaluates once per fold, on the column Score.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="estimator">Trained once per fold.</param>
    /// <param name="numberOfFolds">2 or more.</param>
    /// <param name="labelColumnName">The label to evaluate against.</param>
    /// <param name="samplingKeyColumnName">If given, rows with equal values of that column are in the same fold.</param>
    /// <param name="seed">Chooses the folds; the context's seed if null.</param>
    public IReadOnlyList<CrossValidationResult<RegressionMetrics>> CrossValidate(
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
