using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// Products with the low-rank factors A (r, in) and B (out, r) of LoRA, y += s·(x·Aᵀ)·Bᵀ (Hu et al., 2021, section 4.1), and
/// their gradients. The factors change at every step, so they are not packed beforehand.
/// </summary>
/// <remarks>In all but <see cref="OuterAdd"/>, which sums over rows, the result of a row does not depend on the other rows.</remarks>
internal static unsafe class ThinProduct
{
    // From this rank on tiles of the product are wide enough to be worth a packed copy of the factor; below, dot products are faster.
    private const int TileRank = 5;

    // Columns that one piece of a transposed B has on the stack.
    private const int PieceColumns = 512;

    // A product this wide is formed as it lies.
    private const int WideColumns = 32;

    // Rows of the outer product that are formed on the stack before they are added transposed.
    private const int OuterRows = 12;

    // Columns likewise.
    private const int OuterColumns = 256;

    /// <summary>t = x·aᵀ.</summary>
    /// <param name="x">(rows, depth), rows <paramref name="xStride"/> apart.</param>
    /// <param name="rows">Rows of x and t.</param>
    /// <param name="xStride">Distance between rows of x, at least depth.</param>
    /// <param name="depth">Columns of x and a.</param>
    /// <param name="a">(rank, depth).</param>
    /// <param name="rank">Rows of a, columns of t.</param>
    /// <param name="t">(rows, rank). Overwritten.</param>
    public static void Down(ReadOnlySpan<float> x, int rows, int xStride, int depth, ReadOnlySpan<float> a, int rank, Span<float> t)
    {
        Extent.Check(x.Length, rows, depth, xStride, nameof(x));
        Extent.Check(a.Length, rank, depth, nameof(a));
        Extent.Check(t.Length, rows, rank, nameof(t));
        fixed (float* px = x, pa = a, pt = t)
        {
            TileTarget result = TileTarget.Overwriting(pt, rank);
            Operand left = new(px, xStride, 1);
            Operand right = new(pa, depth, 1);
            if (rank < TileRank)
            {
                DotProduct.Multiply(left, right, result, rows, depth, rank);
            }
            else
            {
                StridedProduct.Multiply(left, right.Transposed, result, rows, depth, rank);
            }
        }
    }

    /// <summary>y += scale · t·bᵀ.</summary>
    /// <param name="t">(rows, rank).</param>
    /// <param name="rows">Rows of t and y.</param>
    /// <param name="rank">Columns of t and b.</param>
    /// <param name="b">(columns, rank).</param>
    /// <param name="columns">Rows of b, columns of y.</param>
    /// <param name="scale">LoRA's scaling s.</param>
    /// <param name="y">(rows, columns), rows <paramref name="yStride"/> apart. Accumulated into.</param>
    /// <param name="yStride">Distance between rows of y, at least columns.</param>
    public static void UpAdd(
        ReadOnlySpan<float> t, int rows, int rank, ReadOnlySpan<float> b, int columns, float scale, Span<float> y, int yStride)
    {
        Extent.Check(t.Length, rows, rank, nameof(t));
        Extent.Check(b.Length, columns, rank, nameof(b));
        Extent.Check(y.Length, rows, columns, yStride, nameof(y));
        fixed (float* pt = t, pb = b, py = y)
        {
            TileTarget result = TileTarget.Adding(py, yStride, scale);
            StridedProduct.Multiply(new Operand(pt, rank, 1), new Operand(pb, 1, rank), result, rows, rank, columns);
        }
    }

    /// <summary>gradT = scale · gradY·b, the gradient with respect to t of <see cref="UpAdd"/>.</summary>
    /// <param name="gradY">(rows, columns), rows <paramref name="gradYStride"/> apart.</param>
    /// <param name="rows">Rows of gradY and gradT.</param>
    /// <param name="gradYStride">Distance between rows of gradY, at least columns.</param>
    /// <param name="columns">Columns of gradY, rows of b.</param>
    /// <param name="b">(columns, rank).</param>
    /// <param name="rank">Columns of b and gradT.</param>
    /// <param name="scale">LoRA's scaling s.</param>
    /// <param name="gradT">(rows, rank). Overwritten.</param>
    public static void GradUp(
        ReadOnlySpan<float> gradY, int rows, int gradYStride, int columns, ReadOnlySpan<float> b, int rank, float scale, Span<float> gradT)
    {
        Extent.Check(gradY.Length, rows, columns, gradYStride, nameof(gradY));
        Extent.Check(b.Length, columns, rank, nameof(b));
        Extent.Check(gradT.Length, rows, rank, nameof(gradT));
        fixed (float* py = gradY, pb = b, pt = gradT)
        {
            TileTarget result = TileTarget.Overwriting(pt, rank, scale);
            Operand left = new(py, gradYStride, 1);
            Operand right = new(pb, rank, 1);
            if (rank < TileRank)
            {
                GradUpThin(left, right, result, rows, columns, rank);
            }
            else
            {
                StridedProduct.Multiply(left, right, result, rows, columns, rank);
            }
        }
    }

    /// <summary>gradX += gradT·a, the gradient with respect to x of <see cref="Down"/>.</summary>
    /// <param name="gradT">(rows, rank).</param>
    /// <param name="rows">Rows of gradT and gradX.</param>
    /// <param name="rank">Columns of gradT, rows of a.</param>
    /// <param name="a">(rank, depth).</param>
    /// <param name="depth">Columns of a and gradX.</param>
    /// <param name="gradX">(rows, depth), rows <paramref name="gradXStride"/> apart. Accumulated into.</param>
    /// <param name="gradXStride">Distance between rows of gradX, at least depth.</param>
    public static void GradDownAdd(
        ReadOnlySpan<float> gradT, int rows, int rank, ReadOnlySpan<float> a, int depth, Span<float> gradX, int gradXStride)
    {
        Extent.Check(gradT.Length, rows, rank, nameof(gradT));
        Extent.Check(a.Length, rank, depth, nameof(a));
        Extent.Check(gradX.Length, rows, depth, gradXStride, nameof(gradX));
        fixed (float* pt = gradT, pa = a, px = gradX)
        {
            TileTarget result = TileTarget.Adding(px, gradXStride);
            StridedProduct.Multiply(new Operand(pt, rank, 1), new Operand(pa, depth, 1), result, rows, rank, depth);
        }
    }

    /// <summary>sum += scale · leftᵀ·right, a sum over rows: gradA from gradT and x, gradB from gradY and t.</summary>
    /// <param name="left">(rows, leftColumns), rows <paramref name="leftStride"/> apart.</param>
    /// <param name="rows">Rows of left and right.</param>
    /// <param name="leftStride">Distance between rows of left, at least leftColumns.</param>
    /// <param name="leftColumns">Columns of left, rows of sum.</param>
    /// <param name="right">(rows, rightColumns), rows <paramref name="rightStride"/> apart.</param>
    /// <param name="rightStride">Distance between rows of right, at least rightColumns.</param>
    /// <param name="rightColumns">Columns of right and sum.</param>
    /// <param name="scale">Factor on the product.</param>
    /// <param name="sum">(leftColumns, rightColumns). Accumulated into.</param>
    public static void OuterAdd(
        ReadOnlySpan<float> left, int rows, int leftStride, int leftColumns,
        ReadOnlySpan<float> right, int rightStride, int rightColumns, float scale, Span<float> sum)
    {
        Extent.Check(left.Length, rows, leftColumns, leftStride, nameof(left));
        Extent.Check(right.Length, rows, rightColumns, rightStride, nameof(right));
        Extent.Check(sum.Length, leftColumns, rightColumns, nameof(sum));
        fixed (float* pl = left, pr = right, ps = sum)
        {
            Operand leftTransposed = new(pl, 1, leftStride);
            Operand rightTransposed = new(pr, 1, rightStride);
            if (rightColumns >= Math.Min(leftColumns, WideColumns))
            {
                TileTarget result = TileTarget.Adding(ps, rightColumns, scale);
                StridedProduct.Multiply(leftTransposed, rightTransposed.Transposed, result, leftColumns, rows, rightColumns);
            }
            else
            {
                // Tiles are wide, so the wider side goes across: sumᵀ piece by piece.
                OuterAddTransposed(rightTransposed, rightColumns, leftTransposed.Transposed, leftColumns, rows, scale, ps);
            }
        }
    }

    [SkipLocalsInit]
    private static void OuterAddTransposed(
        Operand tall, int tallColumns, Operand wide, int wideColumns, int rows, float scale, float* sum)
    {
        float* piece = stackalloc float[OuterRows * OuterColumns];
        for (int j = 0; j < wideColumns; j += OuterColumns)
        {
            int pieceColumns = Math.Min(OuterColumns, wideColumns - j);
            for (int i = 0; i < tallColumns; i += OuterRows)
            {
                int pieceRows = Math.Min(OuterRows, tallColumns - i);
                TileTarget result = TileTarget.Overwriting(piece, OuterColumns, scale);
                StridedProduct.Multiply(tall.At(i, 0), wide.At(0, j), result, pieceRows, rows, pieceColumns);
                for (int column = 0; column < pieceColumns; column++)
                {
                    float* target = sum + ((nint)(j + column) * tallColumns) + i;
                    for (int row = 0; row < pieceRows; row++)
                    {
                        target[row] += piece[(row * OuterColumns) + column];
                    }
                }
            }
        }
    }

    // bᵀ is formed piece by piece on the stack, so that its rows lie along gradY's.
    [SkipLocalsInit]
    private static void GradUpThin(Operand gradY, Operand b, TileTarget result, int rows, int columns, int rank)
    {
        float* piece = stackalloc float[(TileRank - 1) * PieceColumns];

        // At least once, since a product over no depth is still zero.
        int column = 0;
        do
        {
            int depth = Math.Min(PieceColumns, columns - column);
            for (int k = 0; k < depth; k++)
            {
                float* source = b.At(column + k, 0).Start;
                for (int j = 0; j < rank; j++)
                {
                    piece[(j * PieceColumns) + k] = source[j];
                }
            }

            DotProduct.Multiply(gradY.At(0, column), new Operand(piece, PieceColumns, 1), result, rows, depth, rank);
            result = result.Continued;
            column += PieceColumns;
        }
        while (column < columns);
    }
}
