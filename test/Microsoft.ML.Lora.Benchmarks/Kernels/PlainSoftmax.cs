namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Softmax as a plain loop.</summary>
internal static class PlainSoftmax
{
    /// <summary>One row; the result may be the row itself.</summary>
    public static void Row(ReadOnlySpan<float> scores, Span<float> probabilities)
    {
        float largest = float.NegativeInfinity;
        for (int j = 0; j < scores.Length; j++)
        {
            largest = MathF.Max(largest, scores[j]);
        }

        float sum = 0;
        for (int j = 0; j < scores.Length; j++)
        {
            probabilities[j] = MathF.Exp(scores[j] - largest);
            sum += probabilities[j];
        }

        for (int j = 0; j < scores.Length; j++)
        {
            probabilities[j] /= sum;
        }
    }
}
