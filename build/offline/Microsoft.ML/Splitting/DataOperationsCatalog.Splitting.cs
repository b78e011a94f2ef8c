using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog
{
    /// <summary>The two parts of a split.</summary>
    public readonly struct TrainTestData
    {
        /// <summary>The rows to train on.</summary>
        public readonly IDataView TrainSet;

        /// <summary>The rows to test on.</summary>
        public readonly IDataView TestSet;

        internal TrainTestData(IDataView trainSet, IDataView testSet)
        {
            TrainSet = trainSet;
            TestSet = testSet;
        }
    }

    /// <summary>Splits the rows in two parts, each in the rows' order.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="testFraction">About what share goes to the test part; between 0 and 1.</param>
    /// <param name="samplingKeyColumnName">If given, rows with equal values of that column go to the same part.</param>
    /// <param name="seed">Chooses the rows; the context's seed if null.</param>
    public TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string? samplingKeyColumnName = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (testFraction is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(testFraction), "Must be between 0 and 1 exclusive");
        var placement = new RowPlacement(data.Schema, samplingKeyColumnName, seed ?? Environment.Seed);
        return Split(data, placement, 0, testFraction);
    }

    /// <summary>Splits the rows in as many ways as there are folds, so that each row is in the test part of one of them.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="numberOfFolds">The number of splits, 2 or more.</param>
    /// <param name="samplingKeyColumnName">If given, rows with equal values of that column go to the same part.</param>
    /// <param name="seed">Chooses the rows; the context's seed if null.</param>
    public IReadOnlyList<TrainTestData> CrossValidationSplit(
        IDataView data, int numberOfFolds = 5, string? samplingKeyColumnName = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        CheckNumberOfFolds(numberOfFolds);
        var placement = new RowPlacement(data.Schema, samplingKeyColumnName, seed ?? Environment.Seed);
        return [.. Enumerable.Range(0, numberOfFolds).Select(
            fold => Split(data, placement, (double)fold / numberOfFolds, (double)(fold + 1) / numberOfFolds))];
    }

    internal static void CheckNumberOfFolds(int numberOfFolds)
    {
        if (numberOfFolds < 2)
            throw new ArgumentOutOfRangeException(nameof(numberOfFolds), "Must be more than 1");
    }

    private static TrainTestData Split(IDataView data, RowPlacement placement, double lower, double upper) => new(
        new FilteredView(data, new SplitTest(placement, lower, upper, isComplement: true)),
        new FilteredView(data, new SplitTest(placement, lower, upper, isComplement: false)));
}
