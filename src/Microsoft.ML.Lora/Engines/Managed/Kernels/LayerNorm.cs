using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// y = gain ⊙ (x − mean x)/√(var x + ε) + bias for each row (Ba et al., 2016), with the variance over n, and the gradient with
/// respect to x for a frozen gain and bias.
/// </summary>
internal static unsafe class LayerNorm
{
    /// <summary>y = LN(x).</summary>
    /// <param name="x">(rows, columns).</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that are normalised together, at least 1.</param>
    /// <param name="gain">(columns).</param>
    /// <param name="bias">(columns).</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="y">(rows, columns). Overwritten; may be x itself if no gradient is wanted.</param>
    /// <param name="mean">(rows). Overwritten.</param>
    /// <param name="inverseDeviation">(rows), 1/√(var x + ε). Overwritten. NaN, like the row's y, if var x overflows.</param>
    public static void Forward(
        ReadOnlySpan<float> x, int rows, int columns, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, float epsilon,
        Span<float> y, Span<float> mean, Span<float> inverseDeviation)
    {
        Extent.Check(x.Length, rows, columns, nameof(x));
        Check(rows, columns, gain, bias, y, mean, inverseDeviation);
        fixed (float* px = x, pg = gain, pb = bias, py = y, pm = mean, pd = inverseDeviation)
        {
            Forward(px, null, px, rows, columns, pg, pb, epsilon, py, pm, pd);
        }
    }

    /// <summary>sum = x + residual; y = LN(sum).</summary>
    /// <param name="x">(rows, columns).</param>
    /// <param name="residual">(rows, columns).</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that are normalised together, at least 1.</param>
    /// <param name="gain">(columns).</param>
    /// <param name="bias">(columns).</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="sum">(rows, columns), what <see cref="Backward"/> needs. Overwritten; may be x or residual itself.</param>
    /// <param name="y">(rows, columns). Overwritten; may be x or residual itself, and sum itself if no gradient is wanted.</param>
    /// <param name="mean">(rows), of sum. Overwritten.</param>
    /// <param name="inverseDeviation">(rows), of sum. Overwritten.</param>
    public static void ForwardResidual(
        ReadOnlySpan<float> x, ReadOnlySpan<float> residual, int rows, int columns, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias,
        float epsilon, Span<float> sum, Span<float> y, Span<float> mean, Span<float> inverseDeviation)
    {
        Extent.Check(x.Length, rows, columns, nameof(x));
        Extent.Check(residual.Length, rows, columns, nameof(residual));
        Extent.Check(sum.Length, rows, columns, nameof(sum));
        Check(rows, columns, gain, bias, y, mean, inverseDeviation);
        fixed (float* px = x, pr = residual, ps = sum, pg = gain, pb = bias, py = y, pm = mean, pd = inverseDeviation)
        {
            Forward(px, pr, ps, rows, columns, pg, pb, epsilon, py, pm, pd);
        }
    }

    /// <summary>
    /// The gradient with respect to what was normalised: gradX = (g − mean g − x̂ · mean(g ⊙ x̂)) · inverseDeviation with
    /// g = gradY ⊙ gain and x̂ = (sum − mean) · inverseDeviation.
    /// </summary>
    /// <param name="gradY">(rows, columns).</param>
    /// <param name="sum">(rows, columns), what was normalised: x, or x + residual.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that are normalised together, at least 1.</param>
    /// <param name="gain">(columns).</param>
    /// <param name="mean">(rows), as the forward pass left it.</param>
    /// <param name="inverseDeviation">(rows), as the forward pass left it.</param>
    /// <param name="gradX">(rows, columns). Overwritten; may be gradY or sum itself.</param>
    public static void Backward(
        ReadOnlySpan<float> gradY, ReadOnlySpan<float> sum, int rows, int columns, ReadOnlySpan<float> gain,
        ReadOnlySpan<float> mean, ReadOnlySpan<float> inverseDeviation, Span<float> gradX)
    {
        Extent.Check(gradY.Length, rows, columns, nameof(gradY));
        Extent.Check(sum.Length, rows, columns, nameof(sum));
        Check(rows, columns, gain, gain, gradX, mean, inverseDeviation);
        fixed (float* pgy = gradY, ps = sum, pg = gain, pm = mean, pd = inverseDeviation, pgx = gradX)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Backward<Lanes512>(pgy, ps, rows, columns, pg, pm, pd, pgx);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Backward<Lanes256>(pgy, ps, rows, columns, pg, pm, pd, pgx);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Backward<Lanes128>(pgy, ps, rows, columns, pg, pm, pd, pgx);
            }
            else
            {
                Backward<ScalarLane>(pgy, ps, rows, columns, pg, pm, pd, pgx);
            }
        }
    }

    private static void Check(
        int rows, int columns, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, ReadOnlySpan<float> result,
        ReadOnlySpan<float> mean, ReadOnlySpan<float> inverseDeviation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Extent.Check(gain.Length, 1, columns, nameof(gain));
        Extent.Check(bias.Length, 1, columns, nameof(bias));
        Extent.Check(result.Length, rows, columns, nameof(result));
        Extent.Check(mean.Length, 1, rows, nameof(mean));
        Extent.Check(inverseDeviation.Length, 1, rows, nameof(inverseDeviation));
    }

    private static void Forward(
        float* x, float* residual, float* sum, int rows, int columns, float* gain, float* bias, float epsilon,
        float* y, float* mean, float* inverseDeviation)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Forward<Lanes512>(x, residual, sum, rows, columns, gain, bias, epsilon, y, mean, inverseDeviation);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Forward<Lanes256>(x, residual, sum, rows, columns, gain, bias, epsilon, y, mean, inverseDeviation);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Forward<Lanes128>(x, residual, sum, rows, columns, gain, bias, epsilon, y, mean, inverseDeviation);
        }
        else
        {
            Forward<ScalarLane>(x, residual, sum, rows, columns, gain, bias, epsilon, y, mean, inverseDeviation);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<V>(
        float* x, float* residual, float* sum, int rows, int columns, float* gain, float* bias, float epsilon,
        float* y, float* mean, float* inverseDeviation)
        where V : struct, IMathLanes<V>
    {
        int whole = columns / V.Count * V.Count;
        int rest = columns - whole;
        for (int row = 0; row < rows; row++)
        {
            float average = (residual == null ? Total<V>(sum, whole, rest) : AddedTotal<V>(x, residual, sum, whole, rest)) / columns;
            V center = V.Create(average);
            V squares = default;
            for (int i = 0; i < whole; i += V.Count)
            {
                V deviation = V.Load(sum + i) - center;
                squares = V.MultiplyAdd(deviation, deviation, squares);
            }

            if (rest > 0)
            {
                V deviation = V.Load(sum + whole, rest, center) - center;
                squares = V.MultiplyAdd(deviation, deviation, squares);
            }

            // Deviations from 1.8e19 on square to ∞, and 1/√∞ = 0 would leave the bias of a row: finite, and wrong.
            float variance = V.Sum(squares) / columns;
            float inverse = float.IsPositiveInfinity(variance) ? float.NaN : 1 / MathF.Sqrt(variance + epsilon);
            V factor = V.Create(inverse);
            for (int i = 0; i < whole; i += V.Count)
            {
                V.Store(y + i, V.MultiplyAdd((V.Load(sum + i) - center) * factor, V.Load(gain + i), V.Load(bias + i)));
            }

            if (rest > 0)
            {
                V normal = (V.Load(sum + whole, rest, default) - center) * factor;
                V.Store(y + whole, rest, V.MultiplyAdd(normal, V.Load(gain + whole, rest, default), V.Load(bias + whole, rest, default)));
            }

            mean[row] = average;
            inverseDeviation[row] = inverse;
            x += columns;
            residual = residual == null ? null : residual + columns;
            sum += columns;
            y += columns;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Total<V>(float* row, int whole, int rest)
        where V : struct, IMathLanes<V>
    {
        V total = default;
        for (int i = 0; i < whole; i += V.Count)
        {
            total += V.Load(row + i);
        }

        return V.Sum(rest > 0 ? total + V.Load(row + whole, rest, default) : total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float AddedTotal<V>(float* x, float* residual, float* sum, int whole, int rest)
        where V : struct, IMathLanes<V>
    {
        V total = default;
        for (int i = 0; i < whole; i += V.Count)
        {
            V added = V.Load(x + i) + V.Load(residual + i);
            V.Store(sum + i, added);
            total += added;
        }

        if (rest > 0)
        {
            V added = V.Load(x + whole, rest, default) + V.Load(residual + whole, rest, default);
            V.Store(sum + whole, rest, added);
            total += added;
        }

        return V.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<V>(
        float* gradY, float* sum, int rows, int columns, float* gain, float* mean, float* inverseDeviation, float* gradX)
        where V : struct, IMathLanes<V>
    {
        int whole = columns / V.Count * V.Count;
        int rest = columns - whole;
        for (int row = 0; row < rows; row++)
        {
            V center = V.Create(mean[row]);
            V factor = V.Create(inverseDeviation[row]);
            V total = default;
            V projected = default;
            for (int i = 0; i < whole; i += V.Count)
            {
                V g = V.Load(gradY + i) * V.Load(gain + i);
                total += g;
                projected = V.MultiplyAdd(g, (V.Load(sum + i) - center) * factor, projected);
            }

            if (rest > 0)
            {
                V g = V.Load(gradY + whole, rest, default) * V.Load(gain + whole, rest, default);
                total += g;
                projected = V.MultiplyAdd(g, (V.Load(sum + whole, rest, center) - center) * factor, projected);
            }

            V meanOfG = V.Create(V.Sum(total) / columns);
            V meanOfProjected = V.Create(V.Sum(projected) / columns);
            for (int i = 0; i < whole; i += V.Count)
            {
                V g = V.Load(gradY + i) * V.Load(gain + i);
                V normal = (V.Load(sum + i) - center) * factor;
                V.Store(gradX + i, (g - meanOfG - (normal * meanOfProjected)) * factor);
            }

            if (rest > 0)
            {
                V g = V.Load(gradY + whole, rest, default) * V.Load(gain + whole, rest, default);
                V normal = (V.Load(sum + whole, rest, default) - center) * factor;
                V.Store(gradX + whole, rest, (g - meanOfG - (normal * meanOfProjected)) * factor);
            }

            gradY += columns;
            sum += columns;
            gradX += columns;
        }
    }
}
