namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// Multi-head attention of one token to a whole sequence, and its gradients: <see cref="SelfAttention"/> with a single query, which is
/// all that the last layer needs if only its first token is used. S is the sequence's length, H the hidden size, A the heads, d = H/A.
/// </summary>
internal static unsafe class SingleQueryAttention
{
    /// <summary>The context of the token.</summary>
    /// <param name="query">(H).</param>
    /// <param name="keysValues">(S, 2H): keys in columns 0 to H, then values.</param>
    /// <param name="length">S, the number of tokens, at least 1.</param>
    /// <param name="heads">A.</param>
    /// <param name="probabilities">(A, S), what <see cref="Backward"/> needs. Overwritten.</param>
    /// <param name="context">(H). Overwritten.</param>
    public static void Forward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> keysValues, int length, int heads, Span<float> probabilities, Span<float> context)
    {
        int hidden = query.Length;
        int size = SelfAttention.HeadSize(hidden, heads);
        Extent.Check(keysValues.Length, length, 2 * hidden, nameof(keysValues));
        Extent.Check(probabilities.Length, heads, length, nameof(probabilities));
        Extent.Check(context.Length, 1, hidden, nameof(context));
        fixed (float* q = query, kv = keysValues, p = probabilities, output = context)
        {
            // A head's query is a row of (A, d), and so is its context.
            for (int head = 0; head < heads; head++)
            {
                Operand keys = new(kv + (head * size), 2 * hidden, 1);
                Operand row = new(p + (head * length), length, 1);
                TileTarget scores = TileTarget.Overwriting(row.Start, length, 1 / MathF.Sqrt(size));
                DotProduct.Multiply(new Operand(q + (head * size), size, 1), keys, scores, 1, size, length);
                Softmax.Forward(new(row.Start, length), 1, length, length, new(row.Start, length));
                TileTarget result = TileTarget.Overwriting(output + (head * size), size);
                StridedProduct.Multiply(row, keys.At(0, hidden), result, 1, length, size);
            }
        }
    }

    /// <summary>The gradients with respect to the query, the keys and the values.</summary>
    /// <param name="query">As given to <see cref="Forward"/>.</param>
    /// <param name="keysValues">As given to <see cref="Forward"/>.</param>
    /// <param name="length">S, the number of tokens, at least 1.</param>
    /// <param name="heads">A.</param>
    /// <param name="probabilities">(A, S), as <see cref="Forward"/> left them.</param>
    /// <param name="gradContext">(H).</param>
    /// <param name="gradQuery">(H). Overwritten.</param>
    /// <param name="gradKeysValues">(S, 2H), laid out like keysValues. Overwritten.</param>
    /// <param name="scratch">S numbers. Overwritten.</param>
    public static void Backward(
        ReadOnlySpan<float> query, ReadOnlySpan<float> keysValues, int length, int heads, ReadOnlySpan<float> probabilities,
        ReadOnlySpan<float> gradContext, Span<float> gradQuery, Span<float> gradKeysValues, Span<float> scratch)
    {
        int hidden = query.Length;
        int size = SelfAttention.HeadSize(hidden, heads);
        Extent.Check(keysValues.Length, length, 2 * hidden, nameof(keysValues));
        Extent.Check(probabilities.Length, heads, length, nameof(probabilities));
        Extent.Check(gradContext.Length, 1, hidden, nameof(gradContext));
        Extent.Check(gradQuery.Length, 1, hidden, nameof(gradQuery));
        Extent.Check(gradKeysValues.Length, length, 2 * hidden, nameof(gradKeysValues));
        Extent.Check(scratch.Length, 1, length, nameof(scratch));
        fixed (float* q = query, kv = keysValues, p = probabilities, gc = gradContext, gq = gradQuery, gkv = gradKeysValues, work = scratch)
        {
            for (int head = 0; head < heads; head++)
            {
                Operand queryRow = new(q + (head * size), size, 1);
                Operand keys = new(kv + (head * size), 2 * hidden, 1);
                Operand row = new(p + (head * length), length, 1);
                Operand gradRow = new(gc + (head * size), size, 1);
                Operand gradScores = new(work, length, 1);
                TileTarget gradKeys = TileTarget.Overwriting(gkv + (head * size), 2 * hidden);

                DotProduct.Multiply(gradRow, keys.At(0, hidden), TileTarget.Overwriting(work, length), 1, size, length);
                Softmax.Backward(new(row.Start, length), new(work, length), 1, length, 1 / MathF.Sqrt(size), new(work, length));
                StridedProduct.Multiply(gradScores, keys, TileTarget.Overwriting(gq + (head * size), size), 1, length, size);
                StridedProduct.Multiply(gradScores.Transposed, queryRow, gradKeys, length, 1, size);
                StridedProduct.Multiply(row.Transposed, gradRow, gradKeys.At(0, hidden), length, 1, size);
            }
        }
    }
}
