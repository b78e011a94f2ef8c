using System.Runtime.CompilerServices;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>ReLU(x) = max(x, 0) and its gradient, taken as 0 at x = 0.</summary>
internal static class Relu
{
    /// <summary>y = max(x, 0). NaN stays NaN.</summary>
    /// <param name="x">Any length.</param>
    /// <param name="y">As long as x. Overwritten; may be x itself.</param>
    public static void Forward(ReadOnlySpan<float> x, Span<float> y) => Pointwise.Apply<Value>(x, y);

    /// <summary>gradX = gradY where x &gt; 0, 0 elsewhere.</summary>
    /// <param name="x">Any length; <see cref="Forward"/>'s result serves as well as its argument.</param>
    /// <param name="gradY">As long as x.</param>
    /// <param name="gradX">As long as x. Overwritten; may be x or gradY itself.</param>
    public static void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> gradY, Span<float> gradX) =>
        Pointwise.Apply<Gradient>(x, gradY, gradX);

    private readonly struct Value : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, IMathLanes<V> =>
            V.Max(V.Create(0), x);
    }

    private readonly struct Gradient : IPointwisePair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x, V gradY)
            where V : struct, IMathLanes<V> =>
            V.WhereLess(V.Create(0), x, gradY, V.Create(0));
    }
}
