using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// What all matrix products rest on: a column of tiles, y = scale · a·b, as many columns wide as <c>V</c> has lanes. A tile of y
/// stays in registers while depth is walked once, one row of b at a time against one broadcast number from each row of a
/// (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
/// </summary>
/// <remarks>
/// A number of y is always Σ over depth in rising order in one accumulator, whatever the height of its tile: a row's result
/// does not depend on where it stands or on how many rows there are.
/// </remarks>
internal static unsafe class TileProduct
{
    /// <summary>How tall the tallest tile is: with panels of two registers, as many accumulators as there are registers to spare.</summary>
    public static int TallestTile
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated ? 12 : 6;
    }

    /// <summary>Multiplies <paramref name="rows"/> rows of a by one panel of b.</summary>
    /// <param name="a">(rows, depth), element (i, k) at a[i · aRow + k · aDepth].</param>
    /// <param name="aRow">Distance between rows of a.</param>
    /// <param name="aDepth">Distance between columns of a.</param>
    /// <param name="b">(depth, V.Count), row k at b[k · bRow]. All lanes are read, those beyond <paramref name="columns"/> too.</param>
    /// <param name="bRow">Distance between rows of b.</param>
    /// <param name="result">(rows, columns), how it is written with it.</param>
    /// <param name="rows">Rows of a and y.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="columns">Columns of y, up to V.Count.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<V>(
        float* a, nint aRow, nint aDepth, float* b, nint bRow, in TileTarget result, int rows, int depth, int columns)
        where V : struct, ILanes<V>
    {
        float* zeros = stackalloc float[V.Count];
        V.Store(zeros, default);
        TileTarget target = result.From(zeros);
        if (columns == V.Count || result.IsRoomy)
        {
            Tiles<V>(a, aRow, aDepth, b, bRow, in target, rows, depth);
            return;
        }

        // Whole tiles all the same, but elsewhere, and only what exists is taken over.
        float* sums = stackalloc float[TallestTile * V.Count];
        TileTarget whole = TileTarget.Overwriting(sums, V.Count).From(zeros);
        for (int row = 0; row < rows; row += TallestTile)
        {
            int tileRows = Math.Min(TallestTile, rows - row);
            Tiles<V>(a + (row * aRow), aRow, aDepth, b, bRow, in whole, tileRows, depth);
            for (int i = 0; i < tileRows; i++)
            {
                target.Write(row + i, columns, V.Load(sums + (i * V.Count)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles<V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, in TileTarget result, int rows, int depth)
        where V : struct, ILanes<V>
    {
        int row = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; row <= rows - 12; row += 12)
            {
                Tile12<V>(a + (row * aRow), aRow, aDepth, b, bRow, result.At(row, 0), depth);
            }
        }

        for (; row <= rows - 6; row += 6)
        {
            Tile6<V>(a + (row * aRow), aRow, aDepth, b, bRow, result.At(row, 0), depth);
        }

        if (row <= rows - 4)
        {
            Tile4<V>(a + (row * aRow), aRow, aDepth, b, bRow, result.At(row, 0), depth);
            row += 4;
        }

        if (row <= rows - 2)
        {
            Tile2<V>(a + (row * aRow), aRow, aDepth, b, bRow, result.At(row, 0), depth);
            row += 2;
        }

        if (row < rows)
        {
            Tile1<V>(a + (row * aRow), aDepth, b, bRow, result.At(row, 0), depth);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile12<V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, in TileTarget result, int depth)
        where V : struct, ILanes<V>
    {
        // Three base addresses and the multiples 1, 2 and 3 of one distance reach twelve rows without a register for each.
        float* a4 = a + (4 * aRow);
        float* a8 = a + (8 * aRow);
        nint aRow3 = 3 * aRow;
        V sum0 = default, sum1 = default, sum2 = default, sum3 = default, sum4 = default, sum5 = default;
        V sum6 = default, sum7 = default, sum8 = default, sum9 = default, sum10 = default, sum11 = default;
        for (; depth > 0; depth--)
        {
            V row = V.Load(b);
            V.AddProduct(ref sum0, V.Create(*a), row);
            V.AddProduct(ref sum1, V.Create(a[aRow]), row);
            V.AddProduct(ref sum2, V.Create(a[2 * aRow]), row);
            V.AddProduct(ref sum3, V.Create(a[aRow3]), row);
            V.AddProduct(ref sum4, V.Create(*a4), row);
            V.AddProduct(ref sum5, V.Create(a4[aRow]), row);
            V.AddProduct(ref sum6, V.Create(a4[2 * aRow]), row);
            V.AddProduct(ref sum7, V.Create(a4[aRow3]), row);
            V.AddProduct(ref sum8, V.Create(*a8), row);
            V.AddProduct(ref sum9, V.Create(a8[aRow]), row);
            V.AddProduct(ref sum10, V.Create(a8[2 * aRow]), row);
            V.AddProduct(ref sum11, V.Create(a8[aRow3]), row);
            a += aDepth;
            a4 += aDepth;
            a8 += aDepth;
            b += bRow;
        }

        result.Write(0, sum0);
        result.Write(1, sum1);
        result.Write(2, sum2);
        result.Write(3, sum3);
        result.Write(4, sum4);
        result.Write(5, sum5);
        result.Write(6, sum6);
        result.Write(7, sum7);
        result.Write(8, sum8);
        result.Write(9, sum9);
        result.Write(10, sum10);
        result.Write(11, sum11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6<V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, in TileTarget result, int depth)
        where V : struct, ILanes<V>
    {
        float* a3 = a + (3 * aRow);
        V sum0 = default, sum1 = default, sum2 = default, sum3 = default, sum4 = default, sum5 = default;
        for (; depth > 0; depth--)
        {
            V row = V.Load(b);
            V.AddProduct(ref sum0, V.Create(*a), row);
            V.AddProduct(ref sum1, V.Create(a[aRow]), row);
            V.AddProduct(ref sum2, V.Create(a[2 * aRow]), row);
            V.AddProduct(ref sum3, V.Create(*a3), row);
            V.AddProduct(ref sum4, V.Create(a3[aRow]), row);
            V.AddProduct(ref sum5, V.Create(a3[2 * aRow]), row);
            a += aDepth;
            a3 += aDepth;
            b += bRow;
        }

        result.Write(0, sum0);
        result.Write(1, sum1);
        result.Write(2, sum2);
        result.Write(3, sum3);
        result.Write(4, sum4);
        result.Write(5, sum5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4<V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, in TileTarget result, int depth)
        where V : struct, ILanes<V>
    {
        float* a2 = a + (2 * aRow);
        V sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (; depth > 0; depth--)
        {
            V row = V.Load(b);
            V.AddProduct(ref sum0, V.Create(*a), row);
            V.AddProduct(ref sum1, V.Create(a[aRow]), row);
            V.AddProduct(ref sum2, V.Create(*a2), row);
            V.AddProduct(ref sum3, V.Create(a2[aRow]), row);
            a += aDepth;
            a2 += aDepth;
            b += bRow;
        }

        result.Write(0, sum0);
        result.Write(1, sum1);
        result.Write(2, sum2);
        result.Write(3, sum3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2<V>(float* a, nint aRow, nint aDepth, float* b, nint bRow, in TileTarget result, int depth)
        where V : struct, ILanes<V>
    {
        V sum0 = default, sum1 = default;
        for (; depth > 0; depth--)
        {
            V row = V.Load(b);
            V.AddProduct(ref sum0, V.Create(*a), row);
            V.AddProduct(ref sum1, V.Create(a[aRow]), row);
            a += aDepth;
            b += bRow;
        }

        result.Write(0, sum0);
        result.Write(1, sum1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1<V>(float* a, nint aDepth, float* b, nint bRow, in TileTarget result, int depth)
        where V : struct, ILanes<V>
    {
        V sum = default;
        for (; depth > 0; depth--)
        {
            V.AddProduct(ref sum, V.Create(*a), V.Load(b));
            a += aDepth;
            b += bRow;
        }

        result.Write(0, sum);
    }
}
