using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>y = scale · a·b, overwritten or added to, of two matrices that lie in memory as they come, either of them transposed.</summary>
/// <remarks>
/// Like <see cref="PanelProduct"/>, the result of a row does not depend on the other rows. Operands and targets are handed down by
/// reference: copying what has just been written in parts keeps a machine waiting, which small products feel.
/// </remarks>
internal static unsafe class StridedProduct
{
    // Up to this depth the rows of b that a panel is made of stay in the first-level cache where they lie, far apart as they may be.
    private const int ShallowDepth = 64;

    // Depth is cut into pieces whose copy of b fits on the stack.
    private const int DepthBlock = 256;

    /// <summary>Multiplies.</summary>
    /// <param name="a">(rows, depth).</param>
    /// <param name="b">(depth, columns).</param>
    /// <param name="result">(rows, columns), how it is written with it.</param>
    /// <param name="rows">Rows of a and y.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="columns">Columns of b and y.</param>
    public static void Multiply(in Operand a, in Operand b, in TileTarget result, int rows, int depth, int columns)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Multiply<Lanes512>(in a, in b, in result, rows, depth, columns);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Multiply<Lanes256>(in a, in b, in result, rows, depth, columns);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Multiply<Lanes128>(in a, in b, in result, rows, depth, columns);
        }
        else
        {
            Multiply<ScalarLane>(in a, in b, in result, rows, depth, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<V>(in Operand a, in Operand b, in TileTarget result, int rows, int depth, int columns)
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
    private static void Panels<V>(in Operand a, in Operand b, in TileTarget result, int rows, int depth, int columns)
        where V : struct, ILanes<V>
    {
        // Rows of b that are few, or used by one tile only, are read where they lie; otherwise a copy without gaps pays.
        bool copies = columns < V.Count || b.ColumnStride != 1 || (rows > TileProduct.TallestTile && depth > ShallowDepth);
        float* panel = stackalloc float[copies ? DepthBlock * V.Count : 0];

        // At least once, since a product over no depth is still zero.
        TileTarget target = result;
        int piece = 0;
        do
        {
            int pieceDepth = Math.Min(DepthBlock, depth - piece);
            Operand rowsOfB = b.At(piece, 0);
            if (copies)
            {
                PanelPacking.Pack<V>(rowsOfB, pieceDepth, columns, panel);
                rowsOfB = new(panel, V.Count, 1);
            }

            TileProduct.Multiply<V>(
                a.At(0, piece).Start, a.RowStride, a.ColumnStride, rowsOfB.Start, rowsOfB.RowStride, target, rows, pieceDepth, columns);
            target = target.Continued;
            piece += DepthBlock;
        }
        while (piece < depth);
    }
}
