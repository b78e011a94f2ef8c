using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>Turns class logits into the one score of a yes-or-no decision.</summary>
internal static class PairScores
{
    /// <summary>Computes class logits, (pairs, classes), for a batch.</summary>
    public delegate void LogitFunction(ReadOnlySpan<EncodedPair> pairs, Span<float> logits);

    /// <summary>Classes of a yes-or-no decision.</summary>
    public const int Classes = 2;

    /// <summary>
    /// The score of each pair: logit of class 1 − logit of class 0, the logit of "yes" under softmax. Where the other order of
    /// the sentences is given too, the mean of both.
    /// </summary>
    /// <param name="logitsOf">The model.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="swapped">The same pairs in the other order, or empty.</param>
    /// <param name="scores">One for each pair. Overwritten.</param>
    public static void Compute(LogitFunction logitsOf, ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<EncodedPair> swapped, Span<float> scores)
    {
        float[] logits = new float[pairs.Length * Classes];
        logitsOf(pairs, logits);
        for (int i = 0; i < pairs.Length; i++)
        {
            scores[i] = logits[2 * i + 1] - logits[2 * i];
        }

        if (swapped.IsEmpty)
        {
            return;
        }

        logitsOf(swapped, logits);
        for (int i = 0; i < pairs.Length; i++)
        {
            scores[i] = 0.5f * (scores[i] + (logits[2 * i + 1] - logits[2 * i]));
        }
    }
}
