using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Figures from a confusion matrix of any number of classes.</summary>
internal sealed class ConfusionMeasures
{
    private readonly double[] _right;
    private readonly double[] _actual;
    private readonly double[] _predicted;
    private readonly double _total;

    /// <param name="matrix">Counts with actual classes in rows and predicted classes in columns.</param>
    public ConfusionMeasures(ConfusionMatrix matrix)
    {
        IReadOnlyList<IReadOnlyList<double>> counts = matrix.Counts;
        _right = [.. Enumerable.Range(0, counts.Count).Select(k => counts[k][k])];
        _actual = [.. counts.Select(row => row.Sum())];
        _predicted = [.. Enumerable.Range(0, counts.Count).Select(k => counts.Sum(row => row[k]))];
        _total = _actual.Sum();
    }

    /// <summary>
    /// The correlation of actual and predicted classes, R_K of Gorodkin (2004), which is Matthews' for two classes; 0 where a
    /// variance is 0 because only one class occurs or is predicted.
    /// </summary>
    public double MatthewsCorrelation
    {
        get
        {
            double covariance = _right.Sum() * _total - Product(_actual, _predicted);
            double variances = (_total * _total - Product(_predicted, _predicted)) * (_total * _total - Product(_actual, _actual));
            return variances > 0 ? covariance / Math.Sqrt(variances) : 0;
        }
    }

    /// <summary>The mean of the F1 of all classes.</summary>
    public double MacroF1 => Enumerable.Range(0, _right.Length).Average(F1);

    /// <summary>The mean of the F1 of all classes, weighted by how often each occurs.</summary>
    public double WeightedF1 => _total > 0 ? Enumerable.Range(0, _right.Length).Sum(k => F1(k) * _actual[k]) / _total : 0;

    private double F1(int k) => _right[k] > 0 ? 2 * _right[k] / (_actual[k] + _predicted[k]) : 0;

    private static double Product(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
