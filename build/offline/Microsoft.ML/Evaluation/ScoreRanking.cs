namespace Microsoft.ML.Data;

/// <summary>Collects scored rows and measures how well the scores put positive rows first.</summary>
internal sealed class ScoreRanking
{
    private readonly List<(float Score, bool IsPositive)> _rows = [];

    public void Add(bool isPositive, float score) => _rows.Add((score, isPositive));

    /// <summary>The share of (positive, negative) pairs in which the positive row scores higher, ties counting half.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of the classes has no rows.</exception>
    public double AreaUnderRocCurve()
    {
        double positives = _rows.Count(row => row.IsPositive);
        double negatives = _rows.Count - positives;
        if (positives == 0)
            throw new ArgumentOutOfRangeException("data", "AUC is not defined when there is no positive class in the data");
        if (negatives == 0)
            throw new ArgumentOutOfRangeException("data", "AUC is not defined when there is no negative class in the data");

        double wonPairs = 0;
        double positivesAbove = 0;
        foreach (var tied in _rows.GroupBy(row => row.Score).OrderByDescending(group => group.Key))
        {
            double tiedPositives = tied.Count(row => row.IsPositive);
            var tiedNegatives = tied.Count() - tiedPositives;
            wonPairs += (positivesAbove * tiedNegatives) + (0.5 * tiedPositives * tiedNegatives);
            positivesAbove += tiedPositives;
        }
        return wonPairs / (positives * negatives);
    }

    /// <summary>
    /// The lower-trapezoid estimate of Boyd, Eng and Page, "Area under the precision-recall curve: point estimates and confidence
    /// intervals" (ECML 2013): between two positive rows the trapezoid starts at the lowest precision reached after the former.
    /// Rows of equal score count in the order they came.
    /// </summary>
    /// <remarks>ML.NET samples 100,000 rows for this one metric; here every row counts.</remarks>
    public double AreaUnderPrecisionRecallCurve()
    {
        var positives = _rows.Count(row => row.IsPositive);
        double area = 0, recall = 0, lowestPrecision = 1;
        int truePositives = 0, falsePositives = 0;
        foreach (var (_, isPositive) in _rows.OrderByDescending(row => row.Score))
        {
            _ = isPositive ? truePositives++ : falsePositives++;
            var precision = (double)truePositives / (truePositives + falsePositives);
            if (isPositive)
            {
                var reached = (double)truePositives / positives;
                area += (reached - recall) * (lowestPrecision + precision) / 2;
                recall = reached;
            }
            lowestPrecision = precision;
        }
        return area;
    }
}
