using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Sizes of vectors and matrices, for clipping gradients and for measuring moves by.</summary>
internal static class Norms
{
    /// <summary>Σ x², in double precision and in an order that depends on nothing but the length: the same on every machine.</summary>
    /// <param name="x">Any length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(ReadOnlySpan<float> x)
    {
        // Always eight sums, whether or not the machine has registers as wide as this.
        Vector256<double> low = default;
        Vector256<double> high = default;
        int i = 0;
        for (; i <= x.Length - 8; i += 8)
        {
            (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(Vector256.Create(x[i..]));
            low += lower * lower;
            high += upper * upper;
        }

        double sum = 0;
        for (int lane = 0; lane < Vector256<double>.Count; lane++)
        {
            sum += low[lane] + high[lane];
        }

        for (; i < x.Length; i++)
        {
            sum += (double)x[i] * x[i];
        }

        return sum;
    }
}
