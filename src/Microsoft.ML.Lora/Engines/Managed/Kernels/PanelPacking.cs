using System.Runtime.CompilerServices;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Copies a block of a matrix into the order in which a tile product reads it.</summary>
internal static unsafe class PanelPacking
{
    /// <summary>Writes (depth, V.Count) numbers row after row; columns that the matrix lacks become zero.</summary>
    /// <param name="matrix">(depth, columns), element (k, j) at matrix[k · rowStride + j · columnStride].</param>
    /// <param name="rowStride">Distance between rows.</param>
    /// <param name="columnStride">Distance between columns.</param>
    /// <param name="depth">Rows.</param>
    /// <param name="columns">Columns, up to V.Count.</param>
    /// <param name="panel">(depth, V.Count). Overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<V>(float* matrix, nint rowStride, nint columnStride, int depth, int columns, float* panel)
        where V : struct, ILanes<V>
    {
        if (columnStride == 1)
        {
            for (int k = 0; k < depth; k++)
            {
                V.Store(panel, columns == V.Count ? V.Load(matrix) : V.Load(matrix, columns, default));
                matrix += rowStride;
                panel += V.Count;
            }

            return;
        }

        if (columns < V.Count)
        {
            new Span<float>(panel, depth * V.Count).Clear();
        }

        // Four columns at a time: four streams in, and what is written side by side is written together.
        int column = 0;
        for (; column <= columns - 4; column += 4)
        {
            float* source = matrix + (column * columnStride);
            float* target = panel + column;
            for (int k = 0; k < depth; k++)
            {
                target[0] = source[0];
                target[1] = source[columnStride];
                target[2] = source[2 * columnStride];
                target[3] = source[3 * columnStride];
                source += rowStride;
                target += V.Count;
            }
        }

        for (; column < columns; column++)
        {
            for (int k = 0; k < depth; k++)
            {
                panel[(k * V.Count) + column] = matrix[(k * rowStride) + (column * columnStride)];
            }
        }
    }
}
