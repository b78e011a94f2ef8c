using System.Runtime.CompilerServices;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// The tanh approximation of GELU, ½x·(1 + tanh u) with u = √(2/π)·(x + 0.044715x³) (Hendrycks and Gimpel, 2016), and its gradient.
/// Both are within 4e-7·max(1, |x|) of the exact value.
/// </summary>
internal static class GeluTanh
{
    // √(2/π)
    private const float Slope = 0.7978845608f;

    private const float Cubic = 0.044715f;

    /// <summary>y = ½x·(1 + tanh u).</summary>
    /// <param name="x">Any length.</param>
    /// <param name="y">As long as x. Overwritten; may be x itself.</param>
    public static void Forward(ReadOnlySpan<float> x, Span<float> y) => Pointwise.Apply<Value>(x, y);

    /// <summary>gradX = gradY ⊙ (½(1 + tanh u) + ½x·(1 − tanh²u)·u′).</summary>
    /// <param name="x">Any length, as given to <see cref="Forward"/>.</param>
    /// <param name="gradY">As long as x.</param>
    /// <param name="gradX">As long as x. Overwritten; may be x or gradY itself.</param>
    public static void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> gradY, Span<float> gradX) =>
        Pointwise.Apply<Gradient>(x, gradY, gradX);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TanhOfU<V>(V x, V square)
        where V : struct, IMathLanes<V> =>
        VectorMath.Tanh(V.Create(Slope) * x * V.MultiplyAdd(square, V.Create(Cubic), V.Create(1)));

    private readonly struct Value : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, IMathLanes<V> =>
            V.Create(0.5f) * x * (V.Create(1) + TanhOfU(x, x * x));
    }

    private readonly struct Gradient : IPointwisePair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x, V gradY)
            where V : struct, IMathLanes<V>
        {
            V square = x * x;
            V tanh = TanhOfU(x, square);
            V slopeOfU = V.Create(Slope) * V.MultiplyAdd(square, V.Create(3 * Cubic), V.Create(1));
            V slopeOfTanh = V.Create(1) - (tanh * tanh);
            return gradY * V.Create(0.5f) * V.MultiplyAdd(x * slopeOfTanh, slopeOfU, V.Create(1) + tanh);
        }
    }
}
