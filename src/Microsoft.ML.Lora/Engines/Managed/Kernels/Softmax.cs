using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Row-wise softmax, p = exp(x − max x) / Σ exp(x − max x), and its gradient.</summary>
internal static unsafe class Softmax
{
    // Rows are taken together, each step for all of them before the next: their chains of dependent instructions overlap, and a row is
    // not read while the partial store of the row before, which reaches into it, is still under way: a machine would wait for that.
    private const int RowBlock = 16;

    /// <summary>p = softmax(scores), row by row. A row with a NaN, with ∞, or with nothing but −∞ becomes NaN.</summary>
    /// <param name="scores">(rows, columns), rows <paramref name="stride"/> apart.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that share one probability, at least 1.</param>
    /// <param name="stride">Distance between rows of both, at least columns.</param>
    /// <param name="probabilities">(rows, columns), rows <paramref name="stride"/> apart. Overwritten; may be scores itself.</param>
    public static void Forward(ReadOnlySpan<float> scores, int rows, int columns, int stride, Span<float> probabilities) =>
        Forward(scores, stride, rows, columns, probabilities, stride);

    /// <summary>The same with rows that lie differently far apart.</summary>
    /// <param name="scores">(rows, columns), rows <paramref name="scoresStride"/> apart.</param>
    /// <param name="scoresStride">Distance between rows of scores, at least columns.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that share one probability, at least 1.</param>
    /// <param name="probabilities">(rows, columns), rows <paramref name="stride"/> apart. Overwritten; may be scores itself.</param>
    /// <param name="stride">Distance between rows of probabilities, at least columns.</param>
    public static void Forward(
        ReadOnlySpan<float> scores, int scoresStride, int rows, int columns, Span<float> probabilities, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Extent.Check(scores.Length, rows, columns, scoresStride, nameof(scores));
        Extent.Check(probabilities.Length, rows, columns, stride, nameof(probabilities));
        fixed (float* source = scores, target = probabilities)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Forward<Lanes512>(source, scoresStride, rows, columns, target, stride);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Forward<Lanes256>(source, scoresStride, rows, columns, target, stride);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Forward<Lanes128>(source, scoresStride, rows, columns, target, stride);
            }
            else
            {
                Forward<ScalarLane>(source, scoresStride, rows, columns, target, stride);
            }
        }
    }

    /// <summary>gradScores = scale · p ⊙ (gradP − ⟨p, gradP⟩), row by row.</summary>
    /// <param name="probabilities">(rows, columns), as <see cref="Forward(ReadOnlySpan{float}, int, int, int, Span{float})"/> left them, without gaps.</param>
    /// <param name="gradProbabilities">(rows, columns).</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that share one probability, at least 1.</param>
    /// <param name="scale">What the scores were multiplied by before the softmax; 1 for the plain gradient.</param>
    /// <param name="gradScores">(rows, columns). Overwritten; may be gradProbabilities itself.</param>
    public static void Backward(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<float> gradProbabilities, int rows, int columns, float scale, Span<float> gradScores) =>
        Backward(probabilities, gradProbabilities, rows, columns, columns, scale, gradScores);

    /// <summary>The same with gradients whose rows lie further apart.</summary>
    /// <param name="probabilities">(rows, columns), as <see cref="Forward(ReadOnlySpan{float}, int, int, int, Span{float})"/> left them, without gaps.</param>
    /// <param name="gradProbabilities">(rows, columns), rows <paramref name="gradStride"/> apart.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that share one probability, at least 1.</param>
    /// <param name="gradStride">Distance between rows of both gradients, at least columns.</param>
    /// <param name="scale">What the scores were multiplied by before the softmax; 1 for the plain gradient.</param>
    /// <param name="gradScores">(rows, columns), rows <paramref name="gradStride"/> apart. Overwritten; may be gradProbabilities itself.</param>
    public static void Backward(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<float> gradProbabilities, int rows, int columns, int gradStride, float scale,
        Span<float> gradScores)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Extent.Check(probabilities.Length, rows, columns, nameof(probabilities));
        Extent.Check(gradProbabilities.Length, rows, columns, gradStride, nameof(gradProbabilities));
        Extent.Check(gradScores.Length, rows, columns, gradStride, nameof(gradScores));
        fixed (float* p = probabilities, gradP = gradProbabilities, target = gradScores)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Backward<Lanes512>(p, gradP, rows, columns, gradStride, scale, target);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Backward<Lanes256>(p, gradP, rows, columns, gradStride, scale, target);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Backward<Lanes128>(p, gradP, rows, columns, gradStride, scale, target);
            }
            else
            {
                Backward<ScalarLane>(p, gradP, rows, columns, gradStride, scale, target);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<V>(float* scores, nint scoresStride, int rows, int columns, float* probabilities, nint stride)
        where V : struct, IMathLanes<V>
    {
        for (int row = 0; row < rows; row += RowBlock)
        {
            int blockRows = Math.Min(RowBlock, rows - row);
            ForwardBlock<V>(scores + (row * scoresStride), scoresStride, blockRows, columns, probabilities + (row * stride), stride);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardBlock<V>(float* scores, nint scoresStride, int rows, int columns, float* probabilities, nint stride)
        where V : struct, IMathLanes<V>
    {
        // The last register of a row, partial or not, waits on the side.
        int whole = (columns - 1) / V.Count * V.Count;
        int rest = columns - whole;
        float* factors = stackalloc float[RowBlock];
        float* lasts = stackalloc float[RowBlock * V.Count];
        for (int row = 0; row < rows; row++)
        {
            float* source = scores + (row * scoresStride);
            V high = V.Load(source + whole, rest, V.Create(float.NegativeInfinity));
            V.Store(lasts + (row * V.Count), high);
            for (int i = 0; i < whole; i += V.Count)
            {
                high = V.Max(V.Load(source + i), high);
            }

            factors[row] = V.Largest(high);
        }

        for (int row = 0; row < rows; row++)
        {
            float* source = scores + (row * scoresStride);
            float* target = probabilities + (row * stride);
            V largest = V.Create(factors[row]);
            V sum = VectorMath.Exp(V.Load(lasts + (row * V.Count)) - largest);
            V.Store(lasts + (row * V.Count), sum);
            for (int i = 0; i < whole; i += V.Count)
            {
                V power = VectorMath.Exp(V.Load(source + i) - largest);
                V.Store(target + i, power);
                sum += power;
            }

            factors[row] = 1 / V.Sum(sum);
        }

        for (int row = 0; row < rows; row++)
        {
            float* target = probabilities + (row * stride);
            V factor = V.Create(factors[row]);
            for (int i = 0; i < whole; i += V.Count)
            {
                V.Store(target + i, V.Load(target + i) * factor);
            }
        }

        for (int row = 0; row < rows; row++)
        {
            V.Store(probabilities + (row * stride) + whole, rest, V.Load(lasts + (row * V.Count)) * V.Create(factors[row]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<V>(
        float* probabilities, float* gradProbabilities, int rows, int columns, nint gradStride, float scale, float* gradScores)
        where V : struct, IMathLanes<V>
    {
        for (int row = 0; row < rows; row += RowBlock)
        {
            BackwardBlock<V>(
                probabilities + ((nint)row * columns), gradProbabilities + (row * gradStride), Math.Min(RowBlock, rows - row), columns,
                gradStride, scale, gradScores + (row * gradStride));
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardBlock<V>(
        float* probabilities, float* gradProbabilities, int rows, nint columns, nint gradStride, float scale, float* gradScores)
        where V : struct, IMathLanes<V>
    {
        nint whole = (columns - 1) / V.Count * V.Count;
        int rest = (int)(columns - whole);
        V factor = V.Create(scale);
        float* lasts = stackalloc float[RowBlock * V.Count];
        for (int row = 0; row < rows; row++)
        {
            float* p = probabilities + (row * columns);
            float* gradP = gradProbabilities + (row * gradStride);
            float* target = gradScores + (row * gradStride);
            V lastP = V.Load(p + whole, rest, default);
            V lastGradP = V.Load(gradP + whole, rest, default);
            V product = default;
            for (nint i = 0; i < whole; i += V.Count)
            {
                product = V.MultiplyAdd(V.Load(p + i), V.Load(gradP + i), product);
            }

            V inner = V.Create(V.Sum(V.MultiplyAdd(lastP, lastGradP, product)));
            V.Store(lasts + (row * V.Count), lastP * factor * (lastGradP - inner));
            for (nint i = 0; i < whole; i += V.Count)
            {
                V.Store(target + i, V.Load(p + i) * factor * (V.Load(gradP + i) - inner));
            }
        }

        for (int row = 0; row < rows; row++)
        {
            V.Store(gradScores + (row * gradStride) + whole, rest, V.Load(lasts + (row * V.Count)));
        }
    }
}
