using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// Multi-head self-attention over one sequence without padding: for each head P = softmax(Q·Kᵀ/√d), context = P·V (Vaswani et
/// al., 2017), and its gradients. S is the sequence's length, H the hidden size, A the heads, d = H/A.
/// </summary>
internal static unsafe class SelfAttention
{
    // Scores of up to so many tokens, 64 KiB, are formed on the stack.
    private const int LongestRoomy = 128;

    private const int LineBytes = 64;

    private const int LineFloats = LineBytes / sizeof(float);

    /// <summary>
    /// The context of every token. NaN or ∞ in a token's query makes that token's context in that head NaN; in a key it may reach all
    /// tokens' contexts in that head, in a value it reaches them all, in that value's column; never another head.
    /// </summary>
    /// <param name="qkv">(S, 3H), rows <paramref name="stride"/> apart: queries in columns 0 to H, then keys, then values.</param>
    /// <param name="length">S, the number of tokens.</param>
    /// <param name="hidden">H, a multiple of heads.</param>
    /// <param name="heads">A.</param>
    /// <param name="stride">Distance between rows of qkv, at least 3H.</param>
    /// <param name="probabilities">(A, S, S), what <see cref="Backward"/> needs. Overwritten.</param>
    /// <param name="context">(S, H). Overwritten.</param>
    [SkipLocalsInit]
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

        // Scores are formed where tiles need not stop at the end of a row, and rows begin where cache lines do; many of them in place.
        bool isRoomy = length <= LongestRoomy;
        int scoresStride = isRoomy ? TileTarget.RoomyWidth(length) : length;
        float* room = stackalloc float[isRoomy ? (length * scoresStride) + LineFloats : 0];
        float* aligned = (float*)(((nuint)room + LineBytes - 1) & ~(nuint)(LineBytes - 1));

        float scale = 1 / MathF.Sqrt(size);
        fixed (float* input = qkv, table = probabilities, output = context)
        {
            for (int head = 0; head < heads; head++)
            {
                Operand queries = new(input + (head * size), stride, 1);
                Operand keys = queries.At(0, hidden);
                Operand values = queries.At(0, 2 * hidden);
                float* p = table + ((nint)head * length * length);

                float* scores = isRoomy ? aligned : p;
                TileTarget target = isRoomy ? TileTarget.Roomy(scores, scoresStride, scale) : TileTarget.Overwriting(scores, length, scale);
                StridedProduct.Multiply(queries, keys.Transposed, target, length, size, length);
                Softmax.Forward(new(scores, length * scoresStride), scoresStride, length, length, new(p, length * length), length);
                TileTarget result = TileTarget.Overwriting(output + (head * size), hidden);
                StridedProduct.Multiply(new Operand(p, length, 1), values, result, length, length, size);
            }
        }
    }

    /// <summary>How many floats <see cref="Backward"/> needs to work in: the gradient of one head's probabilities, in roomy rows.</summary>
    public static long ScratchLength(int length) => (long)length * TileTarget.RoomyWidth(length);

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
        int scoresStride = TileTarget.RoomyWidth(length);
        Extent.Check(scratch.Length, length, scoresStride, nameof(scratch));
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

                TileTarget gradP = TileTarget.Roomy(work, scoresStride);
                StridedProduct.Multiply(gradHead, values.Transposed, gradP, length, size, length);
                Span<float> rows = new(work, length * scoresStride);
                Softmax.Backward(new(p.Start, length * length), rows, length, length, scoresStride, scale, rows);
                Operand gradScores = new(work, scoresStride, 1);

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
