namespace Microsoft.ML.Data;

/// <summary>Creates editors of vectors.</summary>
public static class VBufferEditor
{
    /// <summary>An editor with room for the wanted items in the destination's buffers, or in new ones if those are too small.</summary>
    /// <param name="destination">The vector whose buffers are reused.</param>
    /// <param name="newLogicalLength">Number of items.</param>
    /// <param name="valuesCount">Number of explicit items; all if null.</param>
    public static VBufferEditor<T> Create<T>(scoped ref VBuffer<T> destination, int newLogicalLength, int? valuesCount = null) =>
        destination.Edit(newLogicalLength, valuesCount);
}

/// <summary>Writes into the buffers of a vector.</summary>
public readonly ref struct VBufferEditor<T>
{
    private readonly int _length;
    private readonly T[] _values;
    private readonly int[]? _indices;

    /// <summary>Where the explicit items go.</summary>
    public readonly Span<T> Values;

    /// <summary>Where their indices go; empty for a dense vector.</summary>
    public readonly Span<int> Indices;

    internal VBufferEditor(int length, int count, T[] values, int[]? indices)
    {
        _length = length;
        _values = values;
        _indices = indices;
        Values = values.AsSpan(0, count);
        Indices = count == length ? default : indices.AsSpan(0, count);
    }

    /// <summary>The vector as written.</summary>
    public VBuffer<T> Commit() => new(_length, Values.Length, _values, _indices);
}
