namespace Microsoft.ML.Lora.Scoring;

/// <summary>Holds predicted probabilities of a yes-or-no decision against what came of them.</summary>
internal static class Reliability
{
    /// <summary>
    /// 2⁻²⁵, half of the step from 1 to the float below it: what is nearer to 1 than this comes as 1. A log-loss counts no probability as nearer to 0 or 1,
    /// so that one row cannot make it infinite, and a sure no that is wrong costs what a sure yes does, though floats tell more of what is close to 0.
    /// </summary>
    private const double LeastProbability = 1.0 / (1 << 25);

    /// <summary>Measures. Rows in another order give the same figures.</summary>
    /// <param name="probabilities">Predicted probabilities of the positive class, 0 to 1; not empty.</param>
    /// <param name="labels">Classes, 0 or 1, one for each probability.</param>
    /// <param name="bins">Bins of equal size wanted; no more than rows are made.</param>
    public static CalibrationMetrics Measure(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, int bins)
    {
        float[] sorted = probabilities.ToArray();
        int[] classes = labels.ToArray();
        Array.Sort(sorted, classes);
        double[] positives = SpreadOverTies(sorted, classes);

        bins = Math.Min(bins, sorted.Length);
        var made = new ReliabilityBin[bins];
        double error = 0;
        for (int bin = 0; bin < bins; bin++)
        {
            int first = (int)((long)sorted.Length * bin / bins);
            int end = (int)((long)sorted.Length * (bin + 1) / bins);
            made[bin] = Bin(sorted, positives, first, end);
            error += made[bin].Count * Math.Abs(made[bin].MeanProbability - made[bin].PositiveShare);
        }

        return new CalibrationMetrics
        {
            ExpectedCalibrationError = error / sorted.Length,
            LogLoss = Mean(sorted, positives, CrossEntropy),
            BrierScore = Mean(sorted, positives, (p, y) => (y * (1 - p) * (1 - p)) + ((1 - y) * p * p)),
            Bins = made,
        };
    }

    /// <summary>
    /// The share of positives among the rows of each row's very probability: rows that are alike then count alike, on whichever side of a
    /// bin's edge they come to lie.
    /// </summary>
    private static double[] SpreadOverTies(float[] sorted, int[] classes)
    {
        double[] positives = new double[sorted.Length];
        for (int first = 0, end; first < sorted.Length; first = end)
        {
            long found = 0;
            for (end = first; end < sorted.Length && sorted[end] == sorted[first]; end++)
            {
                found += classes[end];
            }

            positives.AsSpan(first, end - first).Fill((double)found / (end - first));
        }

        return positives;
    }

    private static ReliabilityBin Bin(float[] sorted, double[] positives, int first, int end)
    {
        double probability = 0;
        double positive = 0;
        for (int i = first; i < end; i++)
        {
            probability += sorted[i];
            positive += positives[i];
        }

        int count = end - first;
        return new ReliabilityBin(count, sorted[first], sorted[end - 1], probability / count, positive / count);
    }

    private static double CrossEntropy(double probability, double positive)
    {
        double counted = Math.Clamp(probability, LeastProbability, 1 - LeastProbability);
        return -(positive * Math.Log(counted)) - ((1 - positive) * Math.Log(1 - counted));
    }

    private static double Mean(float[] sorted, double[] positives, Func<double, double, double> loss)
    {
        double sum = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            sum += loss(sorted[i], positives[i]);
        }

        return sum / sorted.Length;
    }
}
