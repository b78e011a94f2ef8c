using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Training;

/// <summary>Figures of a yes-or-no decision from its scores.</summary>
internal static class BinaryMeasures
{
    /// <summary>Measures scores against classes, deciding by score above 0.</summary>
    /// <param name="scores">Logits of the positive class.</param>
    /// <param name="labels">Classes, 0 or 1, one for each score.</param>
    public static ValidationMetrics Measure(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        var counts = default(DecisionCounts);
        double loss = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            counts = counts.Add(scores[i] > 0, labels[i] == 1);
            loss += CrossEntropy(scores[i], labels[i] == 1);
        }

        return new ValidationMetrics(loss / scores.Length, counts.Accuracy, counts.F1, counts.MatthewsCorrelation);
    }

    /// <summary>The cross-entropy of each score, in nats.</summary>
    /// <param name="scores">Logits of the positive class.</param>
    /// <param name="labels">Classes, 0 or 1, one for each score.</param>
    public static double[] Losses(float[] scores, int[] labels) => [.. scores.Zip(labels, (score, label) => CrossEntropy(score, label == 1))];

    /// <summary>−ln p of the right class for a logit: ln(1 + e^−z) with z turned so that more is righter. In nats.</summary>
    private static double CrossEntropy(double score, bool positive)
    {
        double z = positive ? score : -score;
        return Softplus.Of(-z);
    }
}
