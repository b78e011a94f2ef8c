namespace Microsoft.ML.Data;

/// <summary>How far a regressor's scores lie from their labels. All are 0 if there were no rows.</summary>
public sealed class RegressionMetrics
{
    internal RegressionMetrics(double meanAbsoluteError, double meanSquaredError, double lossFunction, double rSquared)
    {
        MeanAbsoluteError = meanAbsoluteError;
        MeanSquaredError = meanSquaredError;
        RootMeanSquaredError = Math.Sqrt(meanSquaredError);
        LossFunction = lossFunction;
        RSquared = rSquared;
    }

    /// <summary>The mean of |label − score|.</summary>
    public double MeanAbsoluteError { get; }

    /// <summary>The mean of (label − score)², the difference taken in double precision.</summary>
    public double MeanSquaredError { get; }

    /// <summary>The square root of <see cref="MeanSquaredError"/>.</summary>
    public double RootMeanSquaredError { get; }

    /// <summary>The mean of the squared loss, its difference and square taken in single precision.</summary>
    public double LossFunction { get; }

    /// <summary>1 − squared error over the labels' squared deviation from their mean; NaN if the labels are all equal.</summary>
    public double RSquared { get; }
}
