namespace Microsoft.ML.Lora.Benchmarks.Kernels;

/// <summary>Matrix products as plain loops.</summary>
internal static class PlainProduct
{
    /// <summary>y = x·Wᵀ for x (rows, depth) and W (columns, depth).</summary>
    public static void WithTransposed(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int rows, int depth, int columns, Span<float> y)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                float sum = 0;
                for (int k = 0; k < depth; k++)
                {
                    sum += x[(i * depth) + k] * w[(j * depth) + k];
                }

                y[(i * columns) + j] = sum;
            }
        }
    }

    /// <summary>y += leftᵀ·right for left (rows, leftColumns) and right (rows, rightColumns).</summary>
    public static void OuterAdd(ReadOnlySpan<float> left, ReadOnlySpan<float> right, int rows, int leftColumns, int rightColumns, Span<float> y)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < leftColumns; i++)
            {
                for (int j = 0; j < rightColumns; j++)
                {
                    y[(i * rightColumns) + j] += left[(row * leftColumns) + i] * right[(row * rightColumns) + j];
                }
            }
        }
    }
}
