namespace Microsoft.ML.Lora.Primitives;

/// <summary>A row-major matrix of 32-bit floats.</summary>
internal sealed class Matrix
{
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Length of a row.</param>
    /// <param name="values">(rows, columns), row by row. Owned by this object from here on.</param>
    /// <exception cref="ArgumentException">The number of values is not rows · columns.</exception>
    public Matrix(int rows, int columns, float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (values.Length != checked(rows * columns))
        {
            throw new ArgumentException($"A ({rows}, {columns}) matrix has {rows * columns} values, but {values.Length} came.", nameof(values));
        }

        Rows = rows;
        Columns = columns;
        Values = values;
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Length of a row.</summary>
    public int Columns { get; }

    /// <summary>(rows, columns), row by row.</summary>
    public float[] Values { get; }

    /// <summary>One row.</summary>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Columns, Columns);
}
