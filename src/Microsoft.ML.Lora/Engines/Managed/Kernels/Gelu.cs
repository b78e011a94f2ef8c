using System.Runtime.CompilerServices;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// GELU(x) = x·Φ(x) with the exact normal distribution function Φ (Hendrycks and Gimpel, 2016), and its gradient
/// Φ(x) + x·φ(x). Both are within 2e-7·max(1, |x|) of the exact value.
/// </summary>
internal static class Gelu
{
    // 1/√(2π)
    private const float BellHeight = 0.3989422804f;

    /// <summary>y = GELU(x). GELU(∞) = ∞; GELU(−∞) and GELU(NaN) are NaN.</summary>
    /// <param name="x">Any length.</param>
    /// <param name="y">As long as x. Overwritten; may be x itself.</param>
    public static void Forward(ReadOnlySpan<float> x, Span<float> y) => Pointwise.Apply<Value>(x, y);

    /// <summary>gradX = gradY ⊙ GELU′(x).</summary>
    /// <param name="x">Any length, as given to <see cref="Forward"/>.</param>
    /// <param name="gradY">As long as x.</param>
    /// <param name="gradX">As long as x. Overwritten; may be x or gradY itself.</param>
    public static void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> gradY, Span<float> gradX) =>
        Pointwise.Apply<Gradient>(x, gradY, gradX);

    private readonly struct Value : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, IMathLanes<V>
        {
            // For x < 0 as x·(1 − Φ(−x)), so that small values keep their digits.
            V tail = VectorMath.NormalTail(V.Abs(x), out _);
            return x * V.WhereLess(x, V.Create(0), tail, V.Create(1) - tail);
        }
    }

    private readonly struct Gradient : IPointwisePair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x, V gradY)
            where V : struct, IMathLanes<V>
        {
            V tail = VectorMath.NormalTail(V.Abs(x), out V bell);
            V distribution = V.WhereLess(x, V.Create(0), tail, V.Create(1) - tail);
            return gradY * V.MultiplyAdd(x, bell * V.Create(BellHeight), distribution);
        }
    }
}
