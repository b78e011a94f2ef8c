using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// y = scale · x·aᵀ for a thin y: each number of y is the dot product of two rows that lie in memory as they are, two rows of x
/// against four of a at a time.
/// </summary>
/// <remarks>
/// Each dot product is summed in one register, lane by lane along depth, whatever tile it falls in: like <see cref="PanelProduct"/>,
/// the result of a row does not depend on the other rows.
/// </remarks>
internal static unsafe class DotProduct
{
    /// <summary>Multiplies.</summary>
    /// <param name="x">(rows, depth), without gaps in a row.</param>
    /// <param name="a">(columns, depth), without gaps in a row.</param>
    /// <param name="result">(rows, columns), how it is written with it; a bias is not looked at.</param>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="depth">Columns of x and a.</param>
    /// <param name="columns">Rows of a, columns of y.</param>
    public static void Multiply(Operand x, Operand a, TileTarget result, int rows, int depth, int columns)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Multiply<Lanes512>(x, a, result, rows, depth, columns);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Multiply<Lanes256>(x, a, result, rows, depth, columns);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Multiply<Lanes128>(x, a, result, rows, depth, columns);
        }
        else
        {
            Multiply<ScalarLane>(x, a, result, rows, depth, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<V>(Operand x, Operand a, TileTarget result, int rows, int depth, int columns)
        where V : struct, IMathLanes<V>
    {
        for (int i = 0; i < rows; i += 2)
        {
            // A missing second row is the first once more, and is not written.
            bool both = i + 1 < rows;
            float* x0 = x.At(i, 0).Start;
            float* x1 = x.At(both ? i + 1 : i, 0).Start;
            int j = 0;
            for (; j <= columns - 4; j += 4)
            {
                TwoByFour<V>(x0, x1, depth, a.At(j, 0), result, i, j, both);
            }

            for (; j < columns; j++)
            {
                TwoByOne<V>(x0, x1, depth, a.At(j, 0).Start, result, i, j, both);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByFour<V>(float* x0, float* x1, int depth, Operand a, TileTarget result, int row, int column, bool both)
        where V : struct, IMathLanes<V>
    {
        float* a0 = a.Start;
        float* a1 = a.At(1, 0).Start;
        float* a2 = a.At(2, 0).Start;
        float* a3 = a.At(3, 0).Start;
        V sum00 = default, sum01 = default, sum02 = default, sum03 = default;
        V sum10 = default, sum11 = default, sum12 = default, sum13 = default;
        int k = 0;
        for (; k <= depth - V.Count; k += V.Count)
        {
            V left0 = V.Load(x0 + k), left1 = V.Load(x1 + k);
            V right0 = V.Load(a0 + k), right1 = V.Load(a1 + k), right2 = V.Load(a2 + k), right3 = V.Load(a3 + k);
            sum00 = V.MultiplyAdd(left0, right0, sum00);
            sum01 = V.MultiplyAdd(left0, right1, sum01);
            sum02 = V.MultiplyAdd(left0, right2, sum02);
            sum03 = V.MultiplyAdd(left0, right3, sum03);
            sum10 = V.MultiplyAdd(left1, right0, sum10);
            sum11 = V.MultiplyAdd(left1, right1, sum11);
            sum12 = V.MultiplyAdd(left1, right2, sum12);
            sum13 = V.MultiplyAdd(left1, right3, sum13);
        }

        int rest = depth - k;
        if (rest > 0)
        {
            V left0 = V.Load(x0 + k, rest, default), left1 = V.Load(x1 + k, rest, default);
            V right0 = V.Load(a0 + k, rest, default), right1 = V.Load(a1 + k, rest, default);
            V right2 = V.Load(a2 + k, rest, default), right3 = V.Load(a3 + k, rest, default);
            sum00 = V.MultiplyAdd(left0, right0, sum00);
            sum01 = V.MultiplyAdd(left0, right1, sum01);
            sum02 = V.MultiplyAdd(left0, right2, sum02);
            sum03 = V.MultiplyAdd(left0, right3, sum03);
            sum10 = V.MultiplyAdd(left1, right0, sum10);
            sum11 = V.MultiplyAdd(left1, right1, sum11);
            sum12 = V.MultiplyAdd(left1, right2, sum12);
            sum13 = V.MultiplyAdd(left1, right3, sum13);
        }

        result.Write(row, column, V.Sum(sum00));
        result.Write(row, column + 1, V.Sum(sum01));
        result.Write(row, column + 2, V.Sum(sum02));
        result.Write(row, column + 3, V.Sum(sum03));
        if (both)
        {
            result.Write(row + 1, column, V.Sum(sum10));
            result.Write(row + 1, column + 1, V.Sum(sum11));
            result.Write(row + 1, column + 2, V.Sum(sum12));
            result.Write(row + 1, column + 3, V.Sum(sum13));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByOne<V>(float* x0, float* x1, int depth, float* a, TileTarget result, int row, int column, bool both)
        where V : struct, IMathLanes<V>
    {
        V sum0 = default, sum1 = default;
        int k = 0;
        for (; k <= depth - V.Count; k += V.Count)
        {
            V right = V.Load(a + k);
            sum0 = V.MultiplyAdd(V.Load(x0 + k), right, sum0);
            sum1 = V.MultiplyAdd(V.Load(x1 + k), right, sum1);
        }

        int rest = depth - k;
        if (rest > 0)
        {
            V right = V.Load(a + k, rest, default);
            sum0 = V.MultiplyAdd(V.Load(x0 + k, rest, default), right, sum0);
            sum1 = V.MultiplyAdd(V.Load(x1 + k, rest, default), right, sum1);
        }

        result.Write(row, column, V.Sum(sum0));
        if (both)
        {
            result.Write(row + 1, column, V.Sum(sum1));
        }
    }
}
