using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Row-wise softmax, p = exp(x − max x) / Σ exp(x − max x), and its gradient.</summary>
internal static unsafe class Softmax
{
    /// <summary>p = softmax(scores), row by row. A row with a NaN, with ∞, or with nothing but −∞ becomes NaN.</summary>
    /// <param name="scores">(rows, columns), rows <paramref name="stride"/> apart.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that share one probability, at least 1.</param>
    /// <param name="stride">Distance between rows of both, at least columns.</param>
    /// <param name="probabilities">(rows, columns), rows <paramref name="stride"/> apart. Overwritten; may be scores itself.</param>
    public static void Forward(ReadOnlySpan<float> scores, int rows, int columns, int stride, Span<float> probabilities)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Extent.Check(scores.Length, rows, columns, stride, nameof(scores));
        Extent.Check(probabilities.Length, rows, columns, stride, nameof(probabilities));
        fixed (float* source = scores, target = probabilities)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Forward<Lanes512>(source, rows, columns, stride, target);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Forward<Lanes256>(source, rows, columns, stride, target);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Forward<Lanes128>(source, rows, columns, stride, target);
            }
            else
            {
                Forward<ScalarLane>(source, rows, columns, stride, target);
            }
        }
    }

    /// <summary>gradScores = scale · p ⊙ (gradP − ⟨p, gradP⟩), row by row.</summary>
    /// <param name="probabilities">(rows, columns), as <see cref="Forward"/> left them, without gaps.</param>
    /// <param name="gradProbabilities">(rows, columns).</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that share one probability, at least 1.</param>
    /// <param name="scale">What the scores were multiplied by before the softmax; 1 for the plain gradient.</param>
    /// <param name="gradScores">(rows, columns). Overwritten; may be gradProbabilities itself.</param>
    public static void Backward(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<float> gradProbabilities, int rows, int columns, float scale, Span<float> gradScores)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Extent.Check(probabilities.Length, rows, columns, nameof(probabilities));
        Extent.Check(gradProbabilities.Length, rows, columns, nameof(gradProbabilities));
        Extent.Check(gradScores.Length, rows, columns, nameof(gradScores));
        fixed (float* p = probabilities, gradP = gradProbabilities, target = gradScores)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Backward<Lanes512>(p, gradP, rows, columns, scale, target);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Backward<Lanes256>(p, gradP, rows, columns, scale, target);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Backward<Lanes128>(p, gradP, rows, columns, scale, target);
            }
            else
            {
                Backward<ScalarLane>(p, gradP, rows, columns, scale, target);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<V>(float* scores, int rows, int columns, int stride, float* probabilities)
        where V : struct, IMathLanes<V>
    {
        int whole = columns / V.Count * V.Count;
        int rest = columns - whole;
        V lowest = V.Create(float.NegativeInfinity);
        for (int row = 0; row < rows; row++)
        {
            // The last, partial register is read and written once: memory that was written in part is slow to read again.
            V last = rest > 0 ? V.Load(scores + whole, rest, lowest) : lowest;
            V high = last;
            for (int i = 0; i < whole; i += V.Count)
            {
                high = V.Max(V.Load(scores + i), high);
            }

            V largest = V.Create(V.Largest(high));
            last = VectorMath.Exp(last - largest);
            V sum = last;
            for (int i = 0; i < whole; i += V.Count)
            {
                V power = VectorMath.Exp(V.Load(scores + i) - largest);
                V.Store(probabilities + i, power);
                sum += power;
            }

            V factor = V.Create(1 / V.Sum(sum));
            for (int i = 0; i < whole; i += V.Count)
            {
                V.Store(probabilities + i, V.Load(probabilities + i) * factor);
            }

            if (rest > 0)
            {
                V.Store(probabilities + whole, rest, last * factor);
            }

            scores += stride;
            probabilities += stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<V>(float* probabilities, float* gradProbabilities, int rows, int columns, float scale, float* gradScores)
        where V : struct, IMathLanes<V>
    {
        int whole = columns / V.Count * V.Count;
        int rest = columns - whole;
        V factor = V.Create(scale);
        for (int row = 0; row < rows; row++)
        {
            V product = default;
            for (int i = 0; i < whole; i += V.Count)
            {
                product = V.MultiplyAdd(V.Load(probabilities + i), V.Load(gradProbabilities + i), product);
            }

            if (rest > 0)
            {
                V p = V.Load(probabilities + whole, rest, default);
                product = V.MultiplyAdd(p, V.Load(gradProbabilities + whole, rest, default), product);
            }

            V inner = V.Create(V.Sum(product));
            for (int i = 0; i < whole; i += V.Count)
            {
                V.Store(gradScores + i, V.Load(probabilities + i) * factor * (V.Load(gradProbabilities + i) - inner));
            }

            if (rest > 0)
            {
                V p = V.Load(probabilities + whole, rest, default);
                V.Store(gradScores + whole, rest, p * factor * (V.Load(gradProbabilities + whole, rest, default) - inner));
            }

            probabilities += columns;
            gradProbabilities += columns;
            gradScores += columns;
        }
    }
}
