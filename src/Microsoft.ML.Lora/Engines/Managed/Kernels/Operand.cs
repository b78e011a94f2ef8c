using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>A matrix that is read where it lies: element (i, j) is start[i · rowStride + j · columnStride].</summary>
internal readonly unsafe struct Operand(float* start, nint rowStride, nint columnStride)
{
    public float* Start => start;

    public nint RowStride => rowStride;

    public nint ColumnStride => columnStride;

    /// <summary>The same matrix with its rows as columns.</summary>
    public Operand Transposed => new(start, columnStride, rowStride);

    /// <summary>The part of the matrix from this element on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Operand At(nint row, nint column) => new(start + (row * rowStride) + (column * columnStride), rowStride, columnStride);
}
