namespace Microsoft.ML.Data;

/// <summary>How often each class was taken for each class. Row: the actual class; column: the predicted one.</summary>
public sealed class ConfusionMatrix
{
    private readonly bool _isBinary;
    private readonly string[] _classNames;

    internal ConfusionMatrix(double[][] counts, string[] classNames, bool isBinary)
    {
        NumberOfClasses = counts.Length;
        Counts = [.. counts.Select(row => (IReadOnlyList<double>)Array.AsReadOnly(row))];
        PerClassRecall = [.. counts.Select((row, index) => Share(row[index], row.Sum()))];
        PerClassPrecision = [.. counts.Select((own, index) => Share(own[index], counts.Sum(row => row[index])))];
        _classNames = classNames;
        _isBinary = isBinary;
    }

    /// <summary>Per class, the share of its predictions that were right; 0 if it was never predicted.</summary>
    public IReadOnlyList<double> PerClassPrecision { get; }

    /// <summary>Per class, the share of its rows that were found; 0 if it has no rows.</summary>
    public IReadOnlyList<double> PerClassRecall { get; }

    /// <summary>Counts[actual][predicted]. In a binary matrix index 0 is the positive class.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Counts { get; }

    /// <summary>The number of rows and of columns.</summary>
    public int NumberOfClasses { get; }

    /// <summary>The matrix as a text table with precision and recall at its edges.</summary>
    public string GetFormattedConfusionTable() => new ConfusionTable(this, _classNames, _isBinary).Format();

    /// <summary>How many rows of the actual class got that prediction.</summary>
    public double GetCountForClassPair(int predictedClassIndicatorIndex, int actualClassIndicatorIndex)
    {
        CheckIndex(predictedClassIndicatorIndex, nameof(predictedClassIndicatorIndex));
        CheckIndex(actualClassIndicatorIndex, nameof(actualClassIndicatorIndex));
        return Counts[actualClassIndicatorIndex][predictedClassIndicatorIndex];
    }

    private static double Share(double count, double total) => total > 0 ? count / total : 0;

    private void CheckIndex(int index, string parameter)
    {
        if ((uint)index >= (uint)NumberOfClasses)
            throw new ArgumentOutOfRangeException(parameter, "Invalid index. Should be non-negative, less than the number of classes.");
    }
}
