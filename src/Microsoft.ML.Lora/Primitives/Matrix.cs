namespace Microsoft.ML.Lora.Primitives;

/// <summary>A row-major matrix of 32-bit floats, in memory or where rows can be read from.</summary>
internal sealed class Matrix
{
    private readonly float[]? _values;
    private readonly RowReader? _reader;

    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Length of a row.</param>
    /// <param name="values">(rows, columns), row by row. Owned by this object from here on.</param>
    /// <exception cref="ArgumentException">The number of values is not rows · columns.</exception>
    public Matrix(int rows, int columns, float[] values)
        : this(rows, columns)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != checked(rows * columns))
        {
            throw new ArgumentException($"A ({rows}, {columns}) matrix has {rows * columns} values, but {values.Length} came.", nameof(values));
        }

        _values = values;
    }

    /// <summary>A matrix that is not in memory: every look at it reads.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Length of a row.</param>
    /// <param name="reader">Reads whole rows, on any thread.</param>
    public Matrix(int rows, int columns, RowReader reader)
        : this(rows, columns)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _reader = reader;
    }

    private Matrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        (Rows, Columns) = (rows, columns);
    }

    /// <summary>Reads rows from where a matrix lies.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="values">(some rows, columns). Overwritten.</param>
    public delegate void RowReader(int first, Span<float> values);

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Length of a row.</summary>
    public int Columns { get; }

    /// <summary>Number of values.</summary>
    public long Length => (long)Rows * Columns;

    /// <summary>(rows, columns), row by row.</summary>
    /// <exception cref="InvalidOperationException">The matrix is not in memory.</exception>
    public float[] Values => _values ?? throw new InvalidOperationException($"A ({Rows}, {Columns}) matrix is not in memory: read its rows.");

    /// <summary>One row of a matrix in memory.</summary>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>Copies rows, wherever the matrix is.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="values">(some rows, columns). Overwritten.</param>
    public void Read(int first, Span<float> values)
    {
        if (_reader is not null)
        {
            _reader(first, values);
        }
        else
        {
            Values.AsSpan(first * Columns, values.Length).CopyTo(values);
        }
    }
}
