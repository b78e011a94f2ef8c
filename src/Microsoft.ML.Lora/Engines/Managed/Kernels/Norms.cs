using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Sizes of vectors, for clipping gradients.</summary>
internal static class Norms
{
    /// <summary>Σ x², in double precision and in an order that depends on nothing but the length: the same on every machine.</summary>
    /// <param name="x">Any length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(ReadOnlySpan<float> x)
    {
        // Four chains, so that additions need not wait for each other.
        double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        int i = 0;
        for (; i < x.Length - 3; i += 4)
        {
            sum0 += (double)x[i] * x[i];
            sum1 += (double)x[i + 1] * x[i + 1];
            sum2 += (double)x[i + 2] * x[i + 2];
            sum3 += (double)x[i + 3] * x[i + 3];
        }

        for (; i < x.Length; i++)
        {
            sum0 += (double)x[i] * x[i];
        }

        return sum0 + sum1 + (sum2 + sum3);
    }
}
