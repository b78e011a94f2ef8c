using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Sizes of vectors and matrices, for clipping gradients and for measuring moves by.</summary>
internal static class Norms
{
    /// <summary>The largest singular value, by power iteration on XᵀX from the vector of ones; to about a hundredth.</summary>
    /// <param name="x">X, (rows, columns).</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public static double Spectral(ReadOnlySpan<float> x, int rows, int columns)
    {
        const int iterations = 100;
        Extent.Check(x.Length, rows, columns, nameof(x));
        float[] right = new float[columns];
        float[] left = new float[rows];
        Array.Fill(right, 1);
        double value = 0;
        for (int i = 0; i < iterations; i++)
        {
            double length = Math.Sqrt(SumOfSquares(right));
            if (length == 0)
            {
                return 0;
            }

            TensorPrimitives.Multiply(right, (float)(1 / length), right);
            for (int row = 0; row < rows; row++)
            {
                left[row] = TensorPrimitives.Dot(x.Slice(row * columns, columns), right);
            }

            value = Math.Sqrt(SumOfSquares(left));
            Array.Clear(right);
            for (int row = 0; row < rows; row++)
            {
                TensorPrimitives.MultiplyAdd(x.Slice(row * columns, columns), left[row], right, right);
            }
        }

        return value;
    }

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
