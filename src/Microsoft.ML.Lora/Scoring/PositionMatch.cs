using System.Buffers;
using System.Numerics.Tensors;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// How well the tokens of two sentences find each other, S_loc = ½(mean_i max_j cos(x_i, y_j) + mean_j max_i cos(x_i, y_j)), as BERTScore
/// (arXiv 1904.09675) pairs tokens; each vector with a mean subtracted first, since the encoder's vectors share a large common part.
/// </summary>
internal static class PositionMatch
{
    /// <summary>S_loc of two sentences: from −1 to 1.</summary>
    /// <param name="first">x, (n₁, hidden): the token vectors of the first sentence; not empty.</param>
    /// <param name="second">y, (n₂, hidden): those of the second; not empty.</param>
    /// <param name="mean">(hidden): what is subtracted from each vector.</param>
    public static float Of(ReadOnlySpan<float> first, ReadOnlySpan<float> second, ReadOnlySpan<float> mean)
    {
        int hidden = mean.Length;
        int firstCount = first.Length / hidden;
        int secondCount = second.Length / hidden;
        float[] rented = ArrayPool<float>.Shared.Rent(first.Length + second.Length + secondCount);
        Span<float> x = rented.AsSpan(0, first.Length);
        Span<float> y = rented.AsSpan(first.Length, second.Length);
        Span<float> bestOfSecond = rented.AsSpan(first.Length + second.Length, secondCount);
        Direct(first, mean, x);
        Direct(second, mean, y);

        bestOfSecond.Fill(float.NegativeInfinity);
        double sumOfFirst = 0;
        for (int i = 0; i < firstCount; i++)
        {
            ReadOnlySpan<float> token = x.Slice(i * hidden, hidden);
            float best = float.NegativeInfinity;
            for (int j = 0; j < secondCount; j++)
            {
                float cosine = TensorPrimitives.Dot(token, y.Slice(j * hidden, hidden));
                best = Math.Max(best, cosine);
                bestOfSecond[j] = Math.Max(bestOfSecond[j], cosine);
            }

            sumOfFirst += best;
        }

        double sumOfSecond = 0;
        foreach (float best in bestOfSecond)
        {
            sumOfSecond += best;
        }

        ArrayPool<float>.Shared.Return(rented);
        return (float)(0.5 * ((sumOfFirst / firstCount) + (sumOfSecond / secondCount)));
    }

    private static void Direct(ReadOnlySpan<float> vectors, ReadOnlySpan<float> mean, Span<float> directions)
    {
        for (int start = 0; start < vectors.Length; start += mean.Length)
        {
            Direction.Of(vectors.Slice(start, mean.Length), mean, directions.Slice(start, mean.Length));
        }
    }
}
