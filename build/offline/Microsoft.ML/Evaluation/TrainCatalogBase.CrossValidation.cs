namespace Microsoft.ML;

public abstract partial class TrainCatalogBase
{
    /// <summary>One fold of a cross-validation.</summary>
    /// <typeparam name="T">The metrics of the task.</typeparam>
    public sealed class CrossValidationResult<T>
        where T : class
    {
        /// <summary>The metrics of the fold's model on the rows it was not trained on.</summary>
        public readonly T Metrics;

        /// <summary>The model trained on the other folds.</summary>
        public readonly ITransformer Model;

        /// <summary>The fold's rows with the model's scores.</summary>
        public readonly IDataView ScoredHoldOutSet;

        /// <summary>The fold's index, from 0.</summary>
        public readonly int Fold;

        internal CrossValidationResult(ITransformer model, T metrics, IDataView scores, int fold)
        {
            Model = model;
            Metrics = metrics;
            ScoredHoldOutSet = scores;
            Fold = fold;
        }
    }

    /// <summary>Trains on all folds but one and evaluates on that one, for each fold; all training comes before any evaluation.</summary>
    private protected CrossValidationResult<T>[] CrossValidate<T>(
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds,
        string? samplingKeyColumnName,
        int? seed,
        Func<IDataView, T> evaluate)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(estimator);
        var folds = new DataOperationsCatalog(Environment).CrossValidationSplit(data, numberOfFolds, samplingKeyColumnName, seed);
        var models = folds.Select(fold => estimator.Fit(fold.TrainSet)).ToArray();
        return [.. folds.Zip(models, (fold, model) => (Model: model, Scores: model.Transform(fold.TestSet)))
            .Select((scored, fold) => new CrossValidationResult<T>(scored.Model, evaluate(scored.Scores), scored.Scores, fold))];
    }
}
