using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// y = x·M + bias with a frozen matrix M (depth, columns) in eight bits, a scale s for each column, packed once and multiplied by often;
/// x comes from <see cref="RowQuantization"/>, a scale t for each row: y = t · s · Σ q·m + bias, the sum in whole numbers and exact.
/// </summary>
/// <remarks>
/// <para>
/// Packed, M is a row of panels of 16 columns: for each column −128 · Σ m, which takes the bytes' offset back; the columns' scales; then
/// depth in groups of four, column by column. The last panel and the last group are filled up with zeros.
/// </para>
/// <para>
/// Against the product in real numbers, |error| ≤ t/2 · Σ|m| + s/2 · Σ|x| + depth · t · s / 4, with sums over depth and m, x before their
/// rounding, and besides what single precision rounds. A row with NaN or ∞ gives NaN in all of its results, a column of M in all of its own.
/// </para>
/// <para>
/// The result of a row depends on this row and M alone, and is the same with and without AVX-VNNI, which the sums are made for.
/// </para>
/// </remarks>
internal static unsafe class ByteProduct
{
    /// <summary>Up to this depth, sums of products of two numbers up to 127 stay within 32 bits.</summary>
    public const int MostDepth = int.MaxValue / (RowQuantization.Largest * RowQuantization.Largest);

    /// <summary>Columns of a panel.</summary>
    private const int Width = 16;

    /// <summary>Numbers of depth that lie in one 32-bit word, and are multiplied at once.</summary>
    private const int Group = 4;

    /// <summary>Words before a panel's numbers: offsets, then scales.</summary>
    private const int HeadLength = 2 * Width;

    /// <summary>Rows of a tile: with them, all registers that AVX has hold sums.</summary>
    private const int TileRows = 6;

    /// <summary>Whether this machine has the instructions that make the product worth its rounding.</summary>
    public static bool IsAccelerated => AvxVnni.IsSupported;

    /// <summary>How many 32-bit words M takes up when packed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the depth above <see cref="MostDepth"/>.</exception>
    public static int PackedLength(int depth, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MostDepth);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        int panels = (int)(((long)columns + Width - 1) / Width);
        return checked(panels * PanelLength(depth));
    }

    /// <summary>Packs M = matrixᵀ: the forward product of a linear layer's (out, in) weight.</summary>
    /// <param name="matrix">(columns, depth).</param>
    /// <param name="depth">Rows of M.</param>
    /// <param name="columns">Columns of M.</param>
    /// <param name="panels"><see cref="PackedLength"/> words. Overwritten.</param>
    public static void PackTransposed(ReadOnlySpan<float> matrix, int depth, int columns, Span<int> panels)
    {
        Extent.Check(matrix.Length, columns, depth, nameof(matrix));
        Extent.Check(panels.Length, 1, PackedLength(depth, columns), nameof(panels));
        panels.Clear();
        byte[] numbers = new byte[RowQuantization.Stride(depth)];
        for (int column = 0; column < columns; column++)
        {
            Span<int> panel = panels.Slice(column / Width * PanelLength(depth), PanelLength(depth));
            int inPanel = column % Width;
            Span<float> scale = MemoryMarshal.Cast<int, float>(panel.Slice(Width + inPanel, 1));
            RowQuantization.Quantize(matrix.Slice(column * depth, depth), 1, depth, numbers, scale);

            int sum = 0;
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] -= RowQuantization.Zero;
                sum += (sbyte)numbers[i];
            }

            panel[inPanel] = -RowQuantization.Zero * sum;
            ReadOnlySpan<int> groups = MemoryMarshal.Cast<byte, int>(numbers);
            for (int group = 0; group < groups.Length; group++)
            {
                panel[HeadLength + (group * Width) + inPanel] = groups[group];
            }
        }
    }

    /// <summary>y = x·M + bias, the bias added to every row.</summary>
    /// <param name="x">(rows, depth) as <see cref="RowQuantization.Quantize"/> left it.</param>
    /// <param name="scales">(rows).</param>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="depth">Columns of x, rows of M.</param>
    /// <param name="panels">M as <see cref="PackTransposed"/> left it.</param>
    /// <param name="columns">Columns of M and y.</param>
    /// <param name="bias">(columns).</param>
    /// <param name="y">(rows, columns), rows <paramref name="yStride"/> apart. Overwritten.</param>
    /// <param name="yStride">Distance between rows of y, at least columns.</param>
    public static void MultiplyBias(
        ReadOnlySpan<byte> x, ReadOnlySpan<float> scales, int rows, int depth, ReadOnlySpan<int> panels, int columns,
        ReadOnlySpan<float> bias, Span<float> y, int yStride)
    {
        Extent.Check(x.Length, rows, RowQuantization.Stride(depth), nameof(x));
        Extent.Check(scales.Length, 1, rows, nameof(scales));
        Extent.Check(panels.Length, 1, PackedLength(depth, columns), nameof(panels));
        Extent.Check(bias.Length, 1, columns, nameof(bias));
        Extent.Check(y.Length, rows, columns, yStride, nameof(y));
        fixed (byte* first = x)
        fixed (int* panel = panels)
        fixed (float* rowScales = scales, start = bias, target = y)
        {
            var left = new Rows(first, rowScales, rows, RowQuantization.Stride(depth));
            for (int column = 0; column < columns; column += Width)
            {
                int* columnsHere = panel + (column / Width * (nint)PanelLength(depth));
                int count = Math.Min(Width, columns - column);
                if (!IsAccelerated)
                {
                    MultiplyPlainly(left, columnsHere, count, start + column, target + column, yStride);
                }
                else if (count == Width)
                {
                    Multiply(left, columnsHere, start + column, target + column, yStride);
                }
                else
                {
                    MultiplyLast(left, columnsHere, count, start + column, target + column, yStride);
                }
            }
        }
    }

    private static int PanelLength(int depth) => checked(HeadLength + (RowQuantization.Stride(depth) / Group * Width));

    /// <summary>One panel by the definition.</summary>
    private static void MultiplyPlainly(in Rows x, int* panel, int columns, float* bias, float* y, nint yStride)
    {
        sbyte* numbers = (sbyte*)(panel + HeadLength);
        float* scales = (float*)panel + Width;
        for (int row = 0; row < x.Count; row++)
        {
            byte* left = x.Start + (row * x.Stride);
            for (int column = 0; column < columns; column++)
            {
                int sum = panel[column];
                for (int k = 0; k < x.Stride; k++)
                {
                    sum += left[k] * numbers[(((k / Group * Width) + column) * Group) + (k % Group)];
                }

                y[(row * yStride) + column] = MathF.FusedMultiplyAdd(sum, x.Scales[row] * scales[column], bias[column]);
            }
        }
    }

    /// <summary>A whole panel.</summary>
    /// <remarks>
    /// Where the last tile is not whole, it overlaps the one before: what is computed twice comes out the same. A row by itself takes nearly
    /// as long as a tile, each sum having to wait for the one before.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(in Rows x, int* panel, float* bias, float* y, nint yStride)
    {
        if (x.Count < TileRows)
        {
            for (int row = 0; row < x.Count; row++)
            {
                MultiplyRow(x.Slice(row, 1), panel, bias, y + (row * yStride));
            }

            return;
        }

        for (int row = 0; row < x.Count; row += TileRows)
        {
            int first = Math.Min(row, x.Count - TileRows);
            MultiplyTile(x.Slice(first, TileRows), panel, bias, y + (first * yStride), yStride);
        }
    }

    /// <summary>The last panel, of which not all columns are there: computed elsewhere, and copied as far as it counts.</summary>
    private static void MultiplyLast(in Rows x, int* panel, int columns, float* bias, float* y, nint yStride)
    {
        float* room = stackalloc float[(TileRows + 1) * Width];
        float* wholeBias = room + (TileRows * Width);
        new Span<float>(bias, columns).CopyTo(new Span<float>(wholeBias, Width));
        for (int row = 0; row < x.Count; row += TileRows)
        {
            int count = Math.Min(TileRows, x.Count - row);
            Multiply(x.Slice(row, count), panel, wholeBias, room, Width);
            for (int i = 0; i < count; i++)
            {
                new Span<float>(room + (i * Width), columns).CopyTo(new Span<float>(y + ((row + i) * yStride), columns));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTile(in Rows x, int* panel, float* bias, float* y, nint yStride)
    {
        Vector256<int> s00 = Vector256.Load(panel), s01 = Vector256.Load(panel + 8);
        Vector256<int> s10 = s00, s20 = s00, s30 = s00, s40 = s00, s50 = s00;
        Vector256<int> s11 = s01, s21 = s01, s31 = s01, s41 = s01, s51 = s01;
        nint stride = x.Stride;
        byte* upper = x.Start;
        byte* lower = upper + (3 * stride);
        sbyte* numbers = (sbyte*)(panel + HeadLength);
        for (nint k = stride; k > 0; k -= Group)
        {
            Vector256<sbyte> b0 = Vector256.Load(numbers), b1 = Vector256.Load(numbers + 32);
            Add(ref s00, ref s01, upper, b0, b1);
            Add(ref s10, ref s11, upper + stride, b0, b1);
            Add(ref s20, ref s21, upper + (2 * stride), b0, b1);
            Add(ref s30, ref s31, lower, b0, b1);
            Add(ref s40, ref s41, lower + stride, b0, b1);
            Add(ref s50, ref s51, lower + (2 * stride), b0, b1);
            upper += Group;
            lower += Group;
            numbers += Group * Width;
        }

        float* columnScales = (float*)panel + Width;
        Write(s00, s01, x.Scales[0], columnScales, bias, y);
        Write(s10, s11, x.Scales[1], columnScales, bias, y + yStride);
        Write(s20, s21, x.Scales[2], columnScales, bias, y + (2 * yStride));
        Write(s30, s31, x.Scales[3], columnScales, bias, y + (3 * yStride));
        Write(s40, s41, x.Scales[4], columnScales, bias, y + (4 * yStride));
        Write(s50, s51, x.Scales[5], columnScales, bias, y + (5 * yStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyRow(in Rows x, int* panel, float* bias, float* y)
    {
        Vector256<int> s0 = Vector256.Load(panel), s1 = Vector256.Load(panel + 8);
        sbyte* numbers = (sbyte*)(panel + HeadLength);
        for (nint k = 0; k < x.Stride; k += Group)
        {
            Add(ref s0, ref s1, x.Start + k, Vector256.Load(numbers), Vector256.Load(numbers + 32));
            numbers += Group * Width;
        }

        Write(s0, s1, x.Scales[0], (float*)panel + Width, bias, y);
    }

    /// <summary>sum += x·M for one row, sixteen columns, and the four numbers of depth at <paramref name="x"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Vector256<int> sum0, ref Vector256<int> sum1, byte* x, Vector256<sbyte> b0, Vector256<sbyte> b1)
    {
        Vector256<byte> four = Vector256.Create(*(int*)x).AsByte();
        sum0 = AvxVnni.MultiplyWideningAndAdd(sum0, four, b0);
        sum1 = AvxVnni.MultiplyWideningAndAdd(sum1, four, b1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector256<int> sum0, Vector256<int> sum1, float rowScale, float* columnScales, float* bias, float* y)
    {
        Write(sum0, rowScale, columnScales, bias, y);
        Write(sum1, rowScale, columnScales + 8, bias + 8, y + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector256<int> sum, float rowScale, float* columnScales, float* bias, float* y)
    {
        Vector256<float> scale = Vector256.Create(rowScale) * Vector256.Load(columnScales);
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sum), scale, Vector256.Load(bias)).Store(y);
    }

    /// <summary>Some rows of x, with their scales.</summary>
    private readonly struct Rows(byte* start, float* scales, int count, nint stride)
    {
        /// <summary>The first row's bytes.</summary>
        public byte* Start => start;

        /// <summary>The first row's scale.</summary>
        public float* Scales => scales;

        /// <summary>How many rows.</summary>
        public int Count => count;

        /// <summary>Bytes of a row.</summary>
        public nint Stride => stride;

        /// <summary>Some of these rows.</summary>
        public Rows Slice(int first, int number) => new(start + (first * stride), scales + first, number, stride);
    }
}
