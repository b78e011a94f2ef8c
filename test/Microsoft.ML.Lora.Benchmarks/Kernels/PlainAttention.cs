namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Attention as plain loops.</summary>
internal static class PlainAttention
{
    /// <summary>The context of each query: softmax(q·kᵀ / √size)·v, head by head.</summary>
    /// <param name="queries">Rows of queries, <paramref name="queryStride"/> apart.</param>
    /// <param name="rows">Queries.</param>
    /// <param name="queryStride">Distance between queries.</param>
    /// <param name="keysValues">(length, …), rows <paramref name="stride"/> apart: hidden numbers of key, then as many of value.</param>
    /// <param name="length">Keys and values.</param>
    /// <param name="stride">Distance between keys.</param>
    /// <param name="hidden">H.</param>
    /// <param name="heads">A.</param>
    /// <param name="probabilities">(A, rows, length). Overwritten.</param>
    /// <param name="context">(rows, H). Overwritten.</param>
    public static void Forward(
        ReadOnlySpan<float> queries, int rows, int queryStride, ReadOnlySpan<float> keysValues, int length, int stride, int hidden, int heads,
        Span<float> probabilities, Span<float> context)
    {
        int size = hidden / heads;
        float scale = 1 / MathF.Sqrt(size);
        for (int head = 0; head < heads; head++)
        {
            int column = head * size;
            for (int i = 0; i < rows; i++)
            {
                Span<float> p = probabilities.Slice(((head * rows) + i) * length, length);
                for (int j = 0; j < length; j++)
                {
                    float sum = 0;
                    for (int k = 0; k < size; k++)
                    {
                        sum += queries[(i * queryStride) + column + k] * keysValues[(j * stride) + column + k];
                    }

                    p[j] = sum * scale;
                }

                PlainSoftmax.Row(p, p);
                for (int k = 0; k < size; k++)
                {
                    float sum = 0;
                    for (int j = 0; j < length; j++)
                    {
                        sum += p[j] * keysValues[(j * stride) + hidden + column + k];
                    }

                    context[(i * hidden) + column + k] = sum;
                }
            }
        }
    }

    /// <summary>The gradients with respect to queries, keys and values of self-attention.</summary>
    /// <param name="qkv">(length, 3H).</param>
    /// <param name="length">S.</param>
    /// <param name="hidden">H.</param>
    /// <param name="heads">A.</param>
    /// <param name="probabilities">(A, S, S).</param>
    /// <param name="gradContext">(S, H).</param>
    /// <param name="gradQkv">(S, 3H). Overwritten.</param>
    public static void Backward(
        ReadOnlySpan<float> qkv, int length, int hidden, int heads, ReadOnlySpan<float> probabilities, ReadOnlySpan<float> gradContext,
        Span<float> gradQkv)
    {
        int size = hidden / heads;
        int stride = 3 * hidden;
        float scale = 1 / MathF.Sqrt(size);
        Span<float> gradRow = stackalloc float[length];
        gradQkv.Clear();
        for (int head = 0; head < heads; head++)
        {
            int query = head * size;
            int key = hidden + query;
            int value = (2 * hidden) + query;
            for (int i = 0; i < length; i++)
            {
                ReadOnlySpan<float> p = probabilities.Slice(((head * length) + i) * length, length);
                float inner = 0;
                for (int j = 0; j < length; j++)
                {
                    float sum = 0;
                    for (int k = 0; k < size; k++)
                    {
                        float gradient = gradContext[(i * hidden) + query + k];
                        sum += gradient * qkv[(j * stride) + value + k];
                        gradQkv[(j * stride) + value + k] += p[j] * gradient;
                    }

                    gradRow[j] = sum;
                    inner += sum * p[j];
                }

                for (int j = 0; j < length; j++)
                {
                    float gradScore = scale * p[j] * (gradRow[j] - inner);
                    for (int k = 0; k < size; k++)
                    {
                        gradQkv[(i * stride) + query + k] += gradScore * qkv[(j * stride) + key + k];
                        gradQkv[(j * stride) + key + k] += gradScore * qkv[(i * stride) + query + k];
                    }
                }
            }
        }
    }
}
