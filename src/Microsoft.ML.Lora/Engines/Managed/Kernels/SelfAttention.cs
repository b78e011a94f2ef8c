namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// Multi-head self-attention over one sequence without padding: for each head P = softmax(Q·Kᵀ/√d), context = P·V (Vaswani et
/// al., 2017), and its gradients. S is the sequence's length, H the hidden size, A the heads, d = H/A.
/// </summary>
internal static unsafe class SelfAttention
{
    /// <summary>The context of every token.</summary>
    /// <param name="qkv">(S, 3H), rows <paramref name="stride"/> apart: queries in columns 0 to H, then keys, then values.</param>
    /// <param name="length">S, the number of tokens.</param>
    /// <param name="hidden">H, a multiple of heads.</param>
    /// <param name="heads">A.</param>
    /// <param name="stride">Distance between rows of qkv, at least 3H.</param>
    /// <param name="probabilities">(A, S, S), what <see cref="Backward"/> needs. Overwritten.</param>
    /// <param name="context">(S, H). Overwritten.</param>
    public static void Forward(
        ReadOnlySpan<float> qkv, int length, int hidden, int heads, int stride, Span<float> probabilities, Span<float> context)
    {
        int size = HeadSize(hidden, heads);
        Extent.Check(qkv.Length, length, 3 * hidden, stride, nameof(qkv));
        Extent.Check(probabilities.Length, heads * length, length, nameof(probabilities));
        Extent.Check(context.Length, length, hidden, nameof(context));
        if (length == 0)
        {
            return;
        }

        float scale = 1 / MathF.Sqrt(size);
        fixed (float* input = qkv, table = probabilities, output = context)
        {
            for (int head = 0; head < heads; head++)
            {
                Operand queries = new(input + (head * size), stride, 1);
                Operand keys = queries.At(0, hidden);
                Operand values = queries.At(0, 2 * hidden);
                float* p = table + ((nint)head * length * length);

                TileTarget scores = TileTarget.Overwriting(p, length, scale);
                StridedProduct.Multiply(queries, keys.Transposed, scores, length, size, length);
                Span<float> rows = new(p, length * length);
                Softmax.Forward(rows, length, length, length, rows);
                TileTarget result = TileTarget.Overwriting(output + (head * size), hidden);
                StridedProduct.Multiply(new Operand(p, length, 1), values, result, length, length, size);
            }
        }
    }

    /// <summary>How many floats <see cref="Backward"/> needs to work in: the gradient of one head's probabilities.</summary>
    public static int ScratchLength(int length) => checked(length * length);

    /// <summary>The gradients with respect to queries, keys and values.</summary>
    /// <param name="qkv">As given to <see cref="Forward"/>.</param>
    /// <param name="length">S, the number of tokens.</param>
    /// <param name="hidden">H, a multiple of heads.</param>
    /// <param name="heads">A.</param>
    /// <param name="stride">Distance between rows of qkv and gradQkv, at least 3H.</param>
    /// <param name="probabilities">(A, S, S), as <see cref="Forward"/> left them.</param>
    /// <param name="gradContext">(S, H).</param>
    /// <param name="gradQkv">(S, 3H), rows <paramref name="stride"/> apart, laid out like qkv. Overwritten.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> numbers. Overwritten.</param>
    public static void Backward(
        ReadOnlySpan<float> qkv, int length, int hidden, int heads, int stride, ReadOnlySpan<float> probabilities,
        ReadOnlySpan<float> gradContext, Span<float> gradQkv, Span<float> scratch)
    {
        int size = HeadSize(hidden, heads);
        Extent.Check(qkv.Length, length, 3 * hidden, stride, nameof(qkv));
        Extent.Check(probabilities.Length, heads * length, length, nameof(probabilities));
        Extent.Check(gradContext.Length, length, hidden, nameof(gradContext));
        Extent.Check(gradQkv.Length, length, 3 * hidden, stride, nameof(gradQkv));
        Extent.Check(scratch.Length, length, length, nameof(scratch));
        if (length == 0)
        {
            return;
        }

        float scale = 1 / MathF.Sqrt(size);
        fixed (float* input = qkv, table = probabilities, gradOutput = gradContext, gradInput = gradQkv, work = scratch)
        {
            for (int head = 0; head < heads; head++)
            {
                Operand queries = new(input + (head * size), stride, 1);
                Operand keys = queries.At(0, hidden);
                Operand values = queries.At(0, 2 * hidden);
                Operand gradHead = new(gradOutput + (head * size), hidden, 1);
                Operand p = new(table + ((nint)head * length * length), length, 1);
                TileTarget gradQueries = TileTarget.Overwriting(gradInput + (head * size), stride);

                TileTarget gradP = TileTarget.Overwriting(work, length);
                StridedProduct.Multiply(gradHead, values.Transposed, gradP, length, size, length);
                Span<float> rows = new(work, length * length);
                Softmax.Backward(new(p.Start, length * length), rows, length, length, scale, rows);
                Operand gradScores = new(work, length, 1);

                StridedProduct.Multiply(gradScores, keys, gradQueries, length, length, size);
                StridedProduct.Multiply(gradScores.Transposed, queries, gradQueries.At(0, hidden), length, length, size);
                StridedProduct.Multiply(p.Transposed, gradHead, gradQueries.At(0, 2 * hidden), length, length, size);
            }
        }
    }

    /// <summary>The share of the hidden size that one head has.</summary>
    /// <exception cref="ArgumentException">The heads cannot share it evenly.</exception>
    internal static int HeadSize(int hidden, int heads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        if (hidden <= 0 || hidden % heads != 0)
        {
            throw new ArgumentException($"A hidden size of {hidden} cannot be shared by {heads} heads.", nameof(hidden));
        }

        return hidden / heads;
    }
}
