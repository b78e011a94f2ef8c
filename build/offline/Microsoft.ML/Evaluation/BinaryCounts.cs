namespace Microsoft.ML.Data;

/// <summary>
/// Counts the rows of a binary evaluation and derives its threshold and probability metrics: a row is predicted positive when
/// its score is above 0, and is positive when its label is above 0.
/// </summary>
internal sealed class BinaryCounts
{
    private double _truePositives, _falsePositives, _trueNegatives, _falseNegatives;
    private double _positivesWithProbability, _negativesWithProbability;
    private double _totalLogLoss;

    public double Accuracy => (_trueNegatives + _truePositives) / Total;

    public double PositivePrecision => Share(_truePositives, _falsePositives);

    public double PositiveRecall => Share(_truePositives, _falseNegatives);

    public double NegativePrecision => Share(_trueNegatives, _falseNegatives);

    public double NegativeRecall => Share(_trueNegatives, _falsePositives);

    public double F1Score
    {
        get
        {
            var sum = PositivePrecision + PositiveRecall;
            return sum == 0 ? 0 : 2 * PositivePrecision * PositiveRecall / sum;
        }
    }

    public double Entropy => EntropyOf((_truePositives + _falseNegatives) / Total);

    /// <summary>In bits. A probability of NaN makes it NaN.</summary>
    public double LogLoss => double.IsNaN(_totalLogLoss) ? double.NaN : WithProbability > 0 ? _totalLogLoss / WithProbability : 0;

    /// <summary>0 if no row had a probability, though the log-loss itself is NaN then.</summary>
    public double LogLossReduction
    {
        get
        {
            if (WithProbability == 0)
                return 0;
            var prior = EntropyOf(_positivesWithProbability / WithProbability);
            return (prior - (_totalLogLoss / WithProbability)) / prior;
        }
    }

    private double Total => _truePositives + _trueNegatives + _falseNegatives + _falsePositives;

    private double WithProbability => _positivesWithProbability + _negativesWithProbability;

    /// <summary>Counts one row. A probability of NaN stands for none.</summary>
    public void Add(bool isPositive, float score, float probability)
    {
        var isPredicted = score > 0;
        if (isPositive)
            _ = isPredicted ? _truePositives++ : _falseNegatives++;
        else
            _ = isPredicted ? _falsePositives++ : _trueNegatives++;

        if (float.IsNaN(probability))
        {
            _totalLogLoss = double.NaN;
            return;
        }
        _ = isPositive ? _positivesWithProbability++ : _negativesWithProbability++;
        _totalLogLoss += -Math.Log(isPositive ? probability : 1.0 - probability, 2);
    }

    public ConfusionMatrix ToConfusionMatrix() =>
        new([[_truePositives, _falseNegatives], [_falsePositives, _trueNegatives]], ["positive", "negative"], isBinary: true);

    private static double Share(double count, double others) => count + others > 0 ? count / (count + others) : 0;

    private static double EntropyOf(double probability)
    {
        if (probability is 0 or 1)
            return 0;
        return (-probability * Math.Log(probability, 2)) - ((1 - probability) * Math.Log(1 - probability, 2));
    }
}
