using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>y = scale · a·b, overwritten or added to, of two matrices that lie in memory as they come, either of them transposed.</summary>
/// <remarks>Like <see cref="PanelProduct"/>, the result of a row does not depend on the other rows.</remarks>
internal static unsafe class StridedProduct
{
    // Depth is cut into pieces whose copy of b fits on the stack.
    private const int DepthBlock = 256;

    /// <summary>Multiplies.</summary>
    /// <param name="a">(rows, depth).</param>
    /// <param name="b">(depth, columns).</param>
    /// <param name="result">(rows, columns), how it is written with it.</param>
    /// <param name="rows">Rows of a and y.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="columns">Columns of b and y.</param>
    public static void Multiply(Operand a, Operand b, TileTarget result, int rows, int depth, int columns)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Multiply<Lanes512>(a, b, result, rows, depth, columns);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Multiply<Lanes256>(a, b, result, rows, depth, columns);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Multiply<Lanes128>(a, b, result, rows, depth, columns);
        }
        else
        {
            Multiply<ScalarLane>(a, b, result, rows, depth, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<V>(Operand a, Operand b, TileTarget result, int rows, int depth, int columns)
        where V : struct, ILanes<V>
    {
        int column = 0;
        while (columns - column > V.Count)
        {
            Panels<LanePair<V>>(a, b.At(0, column), result.At(0, column), rows, depth, Math.Min(2 * V.Count, columns - column));
            column += 2 * V.Count;
        }

        if (column < columns)
        {
            Panels<V>(a, b.At(0, column), result.At(0, column), rows, depth, columns - column);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panels<V>(Operand a, Operand b, TileTarget result, int rows, int depth, int columns)
        where V : struct, ILanes<V>
    {
        // Rows of b that are used by one tile only are read where they lie; otherwise a copy without gaps pays.
        bool copies = columns < V.Count || b.ColumnStride != 1 || rows > TileProduct.TallestTile;
        float* panel = stackalloc float[copies ? DepthBlock * V.Count : 0];

        // At least once, since a product over no depth is still zero.
        int piece = 0;
        do
        {
            int pieceDepth = Math.Min(DepthBlock, depth - piece);
            Operand rowsOfB = b.At(piece, 0);
            if (copies)
            {
                PanelPacking.Pack<V>(rowsOfB.Start, rowsOfB.RowStride, rowsOfB.ColumnStride, pieceDepth, columns, panel);
                rowsOfB = new(panel, V.Count, 1);
            }

            TileProduct.Multiply<V>(
                a.At(0, piece).Start, a.RowStride, a.ColumnStride, rowsOfB.Start, rowsOfB.RowStride, result, rows, pieceDepth, columns);
            result = result.Continued;
            piece += DepthBlock;
        }
        while (piece < depth);
    }
}
