using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora;

/// <summary>Calibration of predicted probabilities, beside ML.NET's own evaluation.</summary>
public static class CalibrationCatalogExtensions
{
    private const int MostBins = 10_000;

    /// <summary>Measures how far the probabilities of scored data can be taken at their word: calibration error, log-loss, reliability.</summary>
    /// <param name="catalog">The catalog of binary classification.</param>
    /// <param name="data">Scored data with its labels.</param>
    /// <param name="labelColumnName">The label: bool, or a number that is 0 or 1.</param>
    /// <param name="probabilityColumnName">The predicted probability of the positive class: float, 0 to 1.</param>
    /// <param name="bins">Bins of equally many rows, from 1 to 10,000; with fewer rows than that there are as many bins as rows.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, there are no rows, or a value is out of its range.</exception>
    public static CalibrationMetrics EvaluateCalibration(
        this BinaryClassificationCatalog catalog, IDataView data,
        string labelColumnName = "Label", string probabilityColumnName = OutputColumns.Probability, int bins = 15)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        ArgumentException.ThrowIfNullOrEmpty(probabilityColumnName);
        if (bins is < 1 or > MostBins)
        {
            throw new ArgumentOutOfRangeException(nameof(bins), bins, $"The number of bins must be from 1 to {MostBins}.");
        }

        (float[] probabilities, int[] labels) = PredictionReader.Read(data, labelColumnName, probabilityColumnName);
        return Reliability.Measure(probabilities, labels, bins);
    }
}
