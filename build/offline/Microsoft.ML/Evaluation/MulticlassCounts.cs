namespace Microsoft.ML.Data;

/// <summary>
/// Counts the rows of a multiclass evaluation. Of equal scores the lower class index ranks higher, so the prediction is the first
/// of the highest scores; a class beyond the score vector ranks behind every score above 0.
/// </summary>
internal sealed class MulticlassCounts
{
    /// <summary>The least probability a class is taken to have: 1e-15 as a float.</summary>
    private const float LeastProbability = 1e-15f;

    private readonly int _classCount;
    private readonly double[] _rowsOfClass;
    private readonly double[] _logLossOfClass;
    private readonly double[] _rowsOfRank;
    private double _rows;
    private double _correct;
    private double _totalLogLoss;

    public MulticlassCounts(int classCount)
    {
        _classCount = classCount;
        _rowsOfClass = new double[classCount];
        _logLossOfClass = new double[classCount];
        _rowsOfRank = new double[classCount + 1];
        Confusions = [.. Enumerable.Range(0, classCount).Select(_ => new double[classCount])];
    }

    /// <summary>(actual, predicted).</summary>
    public double[][] Confusions { get; }

    public double MicroAccuracy => _rows > 0 ? _correct / _rows : 0;

    public double MacroAccuracy
    {
        get
        {
            double sum = 0;
            var occurring = 0;
            for (var index = 0; index < _classCount; index++)
            {
                if (_rowsOfClass[index] > 0)
                {
                    sum += Confusions[index][index] / _rowsOfClass[index];
                    occurring++;
                }
            }
            return occurring > 0 ? sum / occurring : 0;
        }
    }

    public double LogLoss => _rows > 0 ? _totalLogLoss / _rows : 0;

    public double LogLossReduction
    {
        get
        {
            double entropy = 0;
            foreach (var count in _rowsOfClass)
            {
                if (count > 0)
                    entropy += count * Math.Log(count / _rows);
            }
            entropy /= -_rows;
            return (entropy - LogLoss) / entropy;
        }
    }

    public double[] PerClassLogLoss =>
        [.. _logLossOfClass.Select((sum, index) => _rowsOfClass[index] > 0 ? sum / _rowsOfClass[index] : 0)];

    /// <summary>The share of rows whose class ranks among the k highest scores, for k from 1 to <paramref name="count"/>.</summary>
    public double[] TopKAccuracies(int count)
    {
        if (count > _rowsOfRank.Length)
            throw new ArgumentOutOfRangeException(nameof(count), $"The top k of {_classCount} classes cannot count {count}.");
        var accuracies = new double[count];
        double sum = 0;
        for (var rank = 0; rank < count; rank++)
            accuracies[rank] = sum += _rowsOfRank[rank] / _rows;
        return accuracies;
    }

    /// <summary>Counts one row of finite scores.</summary>
    /// <param name="label">The actual class, 0 or more; it may lie beyond the scores.</param>
    /// <param name="scores">One score per class, read as its probability and clipped to [1e-15, 1] for the log-loss.</param>
    public void Add(int label, ReadOnlySpan<float> scores)
    {
        var isKnown = label < _classCount;
        var ownScore = isKnown ? scores[label] : 0;
        var logLoss = -Math.Log(isKnown ? Math.Min(1, Math.Max(LeastProbability, ownScore)) : LeastProbability);
        var (rank, predicted) = RankAndPredict(label, ownScore, scores);

        _rows++;
        _totalLogLoss += logLoss;
        _rowsOfRank[rank]++;
        if (!isKnown)
            return;
        _rowsOfClass[label]++;
        _logLossOfClass[label] += logLoss;
        Confusions[label][predicted]++;
        if (rank == 0)
            _correct++;
    }

    private static (int Rank, int Predicted) RankAndPredict(int label, float ownScore, ReadOnlySpan<float> scores)
    {
        int rank = 0, predicted = 0;
        for (var index = 0; index < scores.Length; index++)
        {
            if (scores[index] > ownScore || (scores[index] == ownScore && index < label))
                rank++;
            if (scores[index] > scores[predicted])
                predicted = index;
        }
        return (rank, predicted);
    }
}
