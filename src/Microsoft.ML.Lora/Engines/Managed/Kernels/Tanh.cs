using System.Runtime.CompilerServices;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>y = tanh x and its gradient 1 − y²; precision as in <see cref="VectorMath.Tanh"/>.</summary>
internal static class Tanh
{
    /// <summary>y = tanh x. NaN stays NaN.</summary>
    /// <param name="x">Any length.</param>
    /// <param name="y">As long as x. Overwritten; may be x itself.</param>
    public static void Forward(ReadOnlySpan<float> x, Span<float> y) => Pointwise.Apply<Value>(x, y);

    /// <summary>gradX = gradY ⊙ (1 − y²).</summary>
    /// <param name="y">Any length, as <see cref="Forward"/> left it.</param>
    /// <param name="gradY">As long as y.</param>
    /// <param name="gradX">As long as y. Overwritten; may be y or gradY itself.</param>
    public static void Backward(ReadOnlySpan<float> y, ReadOnlySpan<float> gradY, Span<float> gradX) =>
        Pointwise.Apply<Gradient>(y, gradY, gradX);

    private readonly struct Value : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, IMathLanes<V> =>
            VectorMath.Tanh(x);
    }

    private readonly struct Gradient : IPointwisePair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V y, V gradY)
            where V : struct, IMathLanes<V> =>
            gradY * (V.Create(1) - (y * y));
    }
}
