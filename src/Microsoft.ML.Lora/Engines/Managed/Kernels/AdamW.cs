using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// One step of AdamW (Loshchilov and Hutter, 2017, algorithm 2): with g the scaled gradient and t the step,
/// m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g², w = w − rate·decay·w − rate·m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
/// </summary>
internal static unsafe class AdamW
{
    /// <summary>Moves the weights.</summary>
    /// <param name="weight">Any length. Updated.</param>
    /// <param name="gradient">As long as weight.</param>
    /// <param name="firstMoment">m, as long as weight; zeros before the first step. Updated.</param>
    /// <param name="secondMoment">v, as long as weight; zeros before the first step. Updated.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="beta1">Decay of m, from 0 to below 1.</param>
    /// <param name="beta2">Decay of v, from 0 to below 1.</param>
    /// <param name="epsilon">Added to √v̂.</param>
    /// <param name="decay">Weight decay.</param>
    /// <param name="step">t, counted from 1.</param>
    /// <param name="gradientScale">Factor on the gradient: 1, or what clipping leaves of it.</param>
    public static void Update(
        Span<float> weight, ReadOnlySpan<float> gradient, Span<float> firstMoment, Span<float> secondMoment, float rate,
        float beta1, float beta2, float epsilon, float decay, long step, float gradientScale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        Extent.Check(gradient.Length, 1, weight.Length, nameof(gradient));
        Extent.Check(firstMoment.Length, 1, weight.Length, nameof(firstMoment));
        Extent.Check(secondMoment.Length, 1, weight.Length, nameof(secondMoment));
        Factors factors = new()
        {
            Kept = (float)(1 - ((double)rate * decay)),
            Rate = (float)(rate / (1 - Math.Pow(beta1, step))),
            RootCorrection = (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, step))),
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            GradientScale = gradientScale,
        };
        fixed (float* w = weight, g = gradient, m = firstMoment, v = secondMoment)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Update<Lanes512>(w, g, m, v, weight.Length, factors);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Update<Lanes256>(w, g, m, v, weight.Length, factors);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Update<Lanes128>(w, g, m, v, weight.Length, factors);
            }
            else
            {
                Update<ScalarLane>(w, g, m, v, weight.Length, factors);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<V>(float* weight, float* gradient, float* firstMoment, float* secondMoment, int length, in Factors factors)
        where V : struct, IMathLanes<V>
    {
        for (int i = 0; i < length; i += V.Count)
        {
            int count = Math.Min(V.Count, length - i);
            V g = V.Load(gradient + i, count, default) * V.Create(factors.GradientScale);
            V m = V.Load(firstMoment + i, count, default);
            V v = V.Load(secondMoment + i, count, default);
            m = V.MultiplyAdd(V.Create(1 - factors.Beta1), g - m, m);
            v = V.MultiplyAdd(V.Create(1 - factors.Beta2), (g * g) - v, v);
            V change = m / V.MultiplyAdd(V.Sqrt(v), V.Create(factors.RootCorrection), V.Create(factors.Epsilon));
            V w = V.Load(weight + i, count, default) * V.Create(factors.Kept);
            V.Store(weight + i, count, w - (V.Create(factors.Rate) * change));
            V.Store(firstMoment + i, count, m);
            V.Store(secondMoment + i, count, v);
        }
    }

    private readonly struct Factors
    {
        public required float Kept { get; init; }

        public required float Rate { get; init; }

        public required float RootCorrection { get; init; }

        public required float Beta1 { get; init; }

        public required float Beta2 { get; init; }

        public required float Epsilon { get; init; }

        public required float GradientScale { get; init; }
    }
}
