using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Copies a block of a matrix into the order in which a tile product reads it.</summary>
internal static unsafe class PanelPacking
{
    /// <summary>Writes (depth, V.Count) numbers row after row; columns that the matrix lacks become zero.</summary>
    /// <param name="matrix">(depth, columns), its rows or its columns without gaps.</param>
    /// <param name="depth">Rows.</param>
    /// <param name="columns">Columns, up to V.Count.</param>
    /// <param name="panel">(depth, V.Count). Overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<V>(Operand matrix, int depth, int columns, float* panel)
        where V : struct, ILanes<V>
    {
        if (matrix.ColumnStride == 1)
        {
            float* row = matrix.Start;
            for (int k = 0; k < depth; k++)
            {
                V.Store(panel, columns == V.Count ? V.Load(row) : V.Load(row, columns, default));
                row += matrix.RowStride;
                panel += V.Count;
            }

            return;
        }

        if (columns < V.Count)
        {
            new Span<float>(panel, depth * V.Count).Clear();
        }

        if (Vector512.IsHardwareAccelerated && columns >= Lanes512.Count)
        {
            Turn<Lanes512>(matrix, depth, columns, panel, V.Count);
        }
        else if (Vector256.IsHardwareAccelerated && columns >= Lanes256.Count)
        {
            Turn<Lanes256>(matrix, depth, columns, panel, V.Count);
        }
        else if (Vector128.IsHardwareAccelerated && columns >= Lanes128.Count)
        {
            Turn<Lanes128>(matrix, depth, columns, panel, V.Count);
        }
        else
        {
            Turn<ScalarLane>(matrix, depth, columns, panel, V.Count);
        }
    }

    // In blocks of four rows and V.Count columns, of which there are at least so many: the last ones overlap what is there already.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn<V>(Operand matrix, int depth, int columns, float* panel, nint width)
        where V : struct, IMathLanes<V>
    {
        for (int j = 0; j < columns; j += V.Count)
        {
            int column = Math.Min(j, columns - V.Count);
            float* source = matrix.At(0, column).Start;
            float* target = panel + column;
            for (int i = 0; i < depth; i += 4)
            {
                if (depth < 4)
                {
                    Copy(source, matrix.ColumnStride, depth, V.Count, target, width);
                }
                else
                {
                    int k = Math.Min(i, depth - 4);
                    V.Turn(source + k, matrix.ColumnStride, out V row0, out V row1, out V row2, out V row3);
                    V.Store(target + (k * width), row0);
                    V.Store(target + ((k + 1) * width), row1);
                    V.Store(target + ((k + 2) * width), row2);
                    V.Store(target + ((k + 3) * width), row3);
                }
            }
        }
    }

    private static void Copy(float* source, nint columnStride, int depth, int columns, float* panel, nint width)
    {
        for (int k = 0; k < depth; k++)
        {
            for (int j = 0; j < columns; j++)
            {
                panel[(k * width) + j] = source[k + (j * columnStride)];
            }
        }
    }
}
