namespace Microsoft.ML.Lora.Training;

/// <summary>Finds the score to decide at that suits validation pairs best.</summary>
internal static class ThresholdChoice
{
    /// <summary>
    /// The threshold t for which deciding by score above t is best. Candidates are 0, the middles between neighbouring scores,
    /// and one on each side of all scores; among equally good ones the one nearest to 0 is taken.
    /// </summary>
    /// <param name="rule">What is to be highest.</param>
    /// <param name="scores">Logits; not empty.</param>
    /// <param name="labels">Classes, 0 or 1, one for each score.</param>
    public static float Choose(DecisionThreshold rule, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        if (rule == DecisionThreshold.Zero)
        {
            return 0;
        }

        float[] sorted = scores.ToArray();
        int[] classes = labels.ToArray();
        Array.Sort(sorted, classes);
        long positives = classes.Sum(label => (long)label);
        float best = 0;
        double bestQuality = double.NegativeInfinity;
        long positivesBelow = 0;
        for (int below = 0; below <= sorted.Length; below++)
        {
            if (below > 0)
            {
                positivesBelow += classes[below - 1];
            }

            if (below > 0 && below < sorted.Length && sorted[below] == sorted[below - 1])
            {
                continue;
            }

            var counts = new DecisionCounts(positives - positivesBelow, sorted.Length - below - (positives - positivesBelow), below - positivesBelow, positivesBelow);
            double quality = Quality(rule, counts);
            float threshold = Between(sorted, below);
            if (quality > bestQuality || (quality == bestQuality && Math.Abs(threshold) < Math.Abs(best)))
            {
                (best, bestQuality) = (threshold, quality);
            }
        }

        return best;
    }

    /// <summary>A threshold with exactly <paramref name="below"/> of the sorted scores at or under it: 0 where it is one.</summary>
    private static float Between(float[] sorted, int below)
    {
        float low = below == 0 ? float.NegativeInfinity : sorted[below - 1];
        float high = below == sorted.Length ? float.PositiveInfinity : sorted[below];
        if (low <= 0 && 0 < high)
        {
            return 0;
        }

        return (float.IsInfinity(low), float.IsInfinity(high)) switch
        {
            (true, _) => MathF.BitDecrement(high),
            (_, true) => low,
            _ => Math.Max(low, low / 2 + high / 2 < high ? low / 2 + high / 2 : low),
        };
    }

    private static double Quality(DecisionThreshold rule, DecisionCounts counts) => rule switch
    {
        DecisionThreshold.MaximizeAccuracy => counts.Accuracy,
        DecisionThreshold.MaximizeF1 => counts.F1,
        DecisionThreshold.MaximizeMatthewsCorrelation => counts.MatthewsCorrelation,
        _ => throw new InvalidOperationException($"No rule for threshold {rule}."),
    };
}
