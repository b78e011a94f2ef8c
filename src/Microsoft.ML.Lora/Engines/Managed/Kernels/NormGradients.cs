using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// The gradients of <see cref="LayerNorm"/> with respect to gain and bias: with x̂ = (sum − mean) · inverseDeviation,
/// gradGain = Σ over rows of gradY ⊙ x̂ and gradBias = Σ over rows of gradY (Ba et al., 2016).
/// </summary>
internal static unsafe class NormGradients
{
    /// <summary>Adds both, row after row.</summary>
    /// <param name="gradY">(rows, columns).</param>
    /// <param name="sum">(rows, columns), what was normalised.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers that are normalised together, at least 1.</param>
    /// <param name="mean">(rows), as the forward pass left it.</param>
    /// <param name="inverseDeviation">(rows), as the forward pass left it.</param>
    /// <param name="gradGain">(columns). Accumulated into.</param>
    /// <param name="gradBias">(columns). Accumulated into.</param>
    public static void Add(
        ReadOnlySpan<float> gradY, ReadOnlySpan<float> sum, int rows, int columns, ReadOnlySpan<float> mean,
        ReadOnlySpan<float> inverseDeviation, Span<float> gradGain, Span<float> gradBias)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Extent.Check(gradY.Length, rows, columns, nameof(gradY));
        Extent.Check(sum.Length, rows, columns, nameof(sum));
        Extent.Check(mean.Length, 1, rows, nameof(mean));
        Extent.Check(inverseDeviation.Length, 1, rows, nameof(inverseDeviation));
        Extent.Check(gradGain.Length, 1, columns, nameof(gradGain));
        Extent.Check(gradBias.Length, 1, columns, nameof(gradBias));
        fixed (float* pgy = gradY, ps = sum, pm = mean, pd = inverseDeviation, pgg = gradGain, pgb = gradBias)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Add<Lanes512>(pgy, ps, rows, columns, pm, pd, pgg, pgb);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Add<Lanes256>(pgy, ps, rows, columns, pm, pd, pgg, pgb);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Add<Lanes128>(pgy, ps, rows, columns, pm, pd, pgg, pgb);
            }
            else
            {
                Add<ScalarLane>(pgy, ps, rows, columns, pm, pd, pgg, pgb);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<V>(
        float* gradY, float* sum, int rows, int columns, float* mean, float* inverseDeviation, float* gradGain, float* gradBias)
        where V : struct, IMathLanes<V>
    {
        for (int row = 0; row < rows; row++)
        {
            V center = V.Create(mean[row]);
            V factor = V.Create(inverseDeviation[row]);
            for (int i = 0; i < columns; i += V.Count)
            {
                int count = Math.Min(V.Count, columns - i);
                V g = V.Load(gradY + i, count, default);
                V normal = (V.Load(sum + i, count, default) - center) * factor;
                V.Store(gradGain + i, count, V.MultiplyAdd(g, normal, V.Load(gradGain + i, count, default)));
                V.Store(gradBias + i, count, V.Load(gradBias + i, count, default) + g);
            }

            gradY += columns;
            sum += columns;
        }
    }
}
