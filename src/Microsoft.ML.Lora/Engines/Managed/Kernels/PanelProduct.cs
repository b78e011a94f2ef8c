using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// y = x·M with a frozen matrix M (depth, columns) that is packed once and multiplied by often. Packed, M is a row of panels
/// as many columns wide as this machine's tiles; in a panel one row of M follows the other; the last panel is filled up with zeros.
/// </summary>
/// <remarks>
/// The result of a row depends on this row and M alone: not on the other rows of the call, their number, or their order. So rows
/// may be spread over threads and batches at will. The layout belongs to the machine: pack where you multiply, and store M itself.
/// </remarks>
internal static unsafe class PanelProduct
{
    // Rows are taken in pieces whose part of x stays in the second-level cache while all panels pass by. Cutting depth into pieces
    // too, so that a panel's piece stays in the first-level cache, gained nothing up to a depth of 3072: it costs more passes over y.
    private const int RowBlock = 96;

    private static int PanelWidth => 2 * (
        Vector512.IsHardwareAccelerated ? Lanes512.Count :
        Vector256.IsHardwareAccelerated ? Lanes256.Count :
        Vector128.IsHardwareAccelerated ? Lanes128.Count : ScalarLane.Count);

    /// <summary>How many floats M takes up when packed.</summary>
    public static int PackedLength(int depth, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        int panels = (int)(((long)columns + PanelWidth - 1) / PanelWidth);
        return checked(panels * PanelWidth * depth);
    }

    /// <summary>Packs M.</summary>
    /// <param name="matrix">(depth, columns).</param>
    /// <param name="depth">Rows of M.</param>
    /// <param name="columns">Columns of M.</param>
    /// <param name="panels"><see cref="PackedLength"/> numbers. Overwritten.</param>
    public static void Pack(ReadOnlySpan<float> matrix, int depth, int columns, Span<float> panels)
    {
        Extent.Check(matrix.Length, depth, columns, nameof(matrix));
        Pack(matrix, columns, 1, depth, columns, panels);
    }

    /// <summary>Packs M = matrixᵀ, so that y = x·matrixᵀ: the forward product of a linear layer's (out, in) weight.</summary>
    /// <param name="matrix">(columns, depth).</param>
    /// <param name="depth">Rows of M.</param>
    /// <param name="columns">Columns of M.</param>
    /// <param name="panels"><see cref="PackedLength"/> numbers. Overwritten.</param>
    public static void PackTransposed(ReadOnlySpan<float> matrix, int depth, int columns, Span<float> panels)
    {
        Extent.Check(matrix.Length, columns, depth, nameof(matrix));
        Pack(matrix, 1, depth, depth, columns, panels);
    }

    /// <summary>y = x·M.</summary>
    /// <param name="x">(rows, depth), rows <paramref name="xStride"/> apart.</param>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="xStride">Distance between rows of x, at least depth.</param>
    /// <param name="depth">Columns of x, rows of M.</param>
    /// <param name="panels">M as <see cref="Pack(ReadOnlySpan{float}, int, int, Span{float})"/> left it.</param>
    /// <param name="columns">Columns of M and y.</param>
    /// <param name="y">(rows, columns), rows <paramref name="yStride"/> apart. Overwritten.</param>
    /// <param name="yStride">Distance between rows of y, at least columns.</param>
    public static void Multiply(
        ReadOnlySpan<float> x, int rows, int xStride, int depth, ReadOnlySpan<float> panels, int columns, Span<float> y, int yStride)
    {
        Extent.Check(y.Length, rows, columns, yStride, nameof(y));
        fixed (float* target = y)
        {
            Multiply(x, rows, xStride, depth, panels, columns, TileTarget.Overwriting(target, yStride));
        }
    }

    /// <summary>y = x·M + bias, the bias added to every row.</summary>
    /// <param name="x">(rows, depth), rows <paramref name="xStride"/> apart.</param>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="xStride">Distance between rows of x, at least depth.</param>
    /// <param name="depth">Columns of x, rows of M.</param>
    /// <param name="panels">M as <see cref="Pack(ReadOnlySpan{float}, int, int, Span{float})"/> left it.</param>
    /// <param name="columns">Columns of M and y.</param>
    /// <param name="bias">(columns).</param>
    /// <param name="y">(rows, columns), rows <paramref name="yStride"/> apart. Overwritten.</param>
    /// <param name="yStride">Distance between rows of y, at least columns.</param>
    public static void MultiplyBias(
        ReadOnlySpan<float> x, int rows, int xStride, int depth, ReadOnlySpan<float> panels, int columns, ReadOnlySpan<float> bias,
        Span<float> y, int yStride)
    {
        Extent.Check(bias.Length, 1, columns, nameof(bias));
        Extent.Check(y.Length, rows, columns, yStride, nameof(y));
        fixed (float* target = y, start = bias)
        {
            Multiply(x, rows, xStride, depth, panels, columns, TileTarget.OnBias(target, yStride, start));
        }
    }

    private static void Pack(ReadOnlySpan<float> matrix, nint rowStride, nint columnStride, int depth, int columns, Span<float> panels)
    {
        Extent.Check(panels.Length, 1, PackedLength(depth, columns), nameof(panels));
        fixed (float* source = matrix, target = panels)
        {
            Operand operand = new(source, rowStride, columnStride);
            if (Vector512.IsHardwareAccelerated)
            {
                Pack<LanePair<Lanes512>>(operand, depth, columns, target);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Pack<LanePair<Lanes256>>(operand, depth, columns, target);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Pack<LanePair<Lanes128>>(operand, depth, columns, target);
            }
            else
            {
                Pack<LanePair<ScalarLane>>(operand, depth, columns, target);
            }
        }
    }

    private static void Pack<V>(Operand matrix, int depth, int columns, float* panels)
        where V : struct, ILanes<V>
    {
        for (int column = 0; column < columns; column += V.Count)
        {
            PanelPacking.Pack<V>(matrix.At(0, column), depth, Math.Min(V.Count, columns - column), panels + ((nint)column * depth));
        }
    }

    private static void Multiply(
        ReadOnlySpan<float> x, int rows, int xStride, int depth, ReadOnlySpan<float> panels, int columns, TileTarget result)
    {
        Extent.Check(x.Length, rows, depth, xStride, nameof(x));
        Extent.Check(panels.Length, 1, PackedLength(depth, columns), nameof(panels));
        fixed (float* first = x, packed = panels)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Multiply<LanePair<Lanes512>>(first, rows, xStride, depth, packed, columns, result);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Multiply<LanePair<Lanes256>>(first, rows, xStride, depth, packed, columns, result);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Multiply<LanePair<Lanes128>>(first, rows, xStride, depth, packed, columns, result);
            }
            else
            {
                Multiply<LanePair<ScalarLane>>(first, rows, xStride, depth, packed, columns, result);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<V>(float* x, int rows, nint xStride, int depth, float* panels, int columns, TileTarget result)
        where V : struct, ILanes<V>
    {
        for (int row = 0; row < rows; row += RowBlock)
        {
            int blockRows = Math.Min(RowBlock, rows - row);
            for (int column = 0; column < columns; column += V.Count)
            {
                TileProduct.Multiply<V>(
                    x + (row * xStride), xStride, 1, panels + ((nint)column * depth), V.Count,
                    result.At(row, column), blockRows, depth, Math.Min(V.Count, columns - column));
            }
        }
    }
}
