namespace Microsoft.ML.Data;

/// <summary>A vector: all its items, or only those that differ from the default, in ascending order of index.</summary>
public readonly struct VBuffer<T>
{
    private readonly T[]? _values;
    private readonly int[]? _indices;
    private readonly int _count;

    /// <summary>Number of items, explicit or not.</summary>
    public readonly int Length;

    /// <summary>Creates a dense vector that keeps the array.</summary>
    /// <param name="length">Number of items.</param>
    /// <param name="values">At least as many values.</param>
    /// <param name="indices">A buffer for later reuse.</param>
    public VBuffer(int length, T[]? values, int[]? indices = null) : this(length, length, values, indices)
    {
    }

    /// <summary>Creates a vector that keeps the arrays; it is dense if <paramref name="count"/> is its length.</summary>
    /// <param name="length">Number of items.</param>
    /// <param name="count">Number of explicit items.</param>
    /// <param name="values">At least as many values.</param>
    /// <param name="indices">For a sparse vector, the ascending index of each value.</param>
    public VBuffer(int length, int count, T[]? values, int[]? indices)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, length);
        if ((values?.Length ?? 0) < count)
            throw new ArgumentOutOfRangeException(nameof(values), $"{count} values are needed, but there are {values?.Length ?? 0}.");
        if (count < length && (indices?.Length ?? 0) < count)
            throw new ArgumentOutOfRangeException(nameof(indices), $"{count} indices are needed, but there are {indices?.Length ?? 0}.");
        Length = length;
        _count = count;
        _values = values;
        _indices = indices;
    }

    /// <summary>Whether every item is explicit.</summary>
    public bool IsDense => _count == Length;

    /// <summary>The explicit items.</summary>
    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    /// <summary>The index of each explicit item; empty for a dense vector.</summary>
    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    /// <summary>The item at that index.</summary>
    public T GetItemOrDefault(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Length, nameof(index));
        var place = IsDense ? index : GetIndices().BinarySearch(index);
        return place < 0 ? default! : _values![place];
    }

    /// <summary>All items in order.</summary>
    public IEnumerable<T> DenseValues() => Items(all: true).Select(item => item.Value);

    /// <summary>The explicit items, or all of them, with their indices.</summary>
    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
    {
        for (int index = 0, place = 0; all || IsDense ? index < Length : place < _count; index++)
        {
            if (!all && !IsDense)
                index = _indices![place];
            var isExplicit = IsDense || (place < _count && _indices![place] == index);
            yield return new(index, isExplicit ? _values![place++] : default!);
        }
    }

    /// <summary>Copies the vector as it is, reusing the destination's buffers.</summary>
    public void CopyTo(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length, _count);
        GetValues().CopyTo(editor.Values);
        GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    /// <summary>Copies the vector as a dense one, reusing the destination's buffers.</summary>
    public void CopyToDense(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    /// <summary>Writes all items, which must fit.</summary>
    public void CopyTo(Span<T> destination)
    {
        if (destination.Length < Length)
            throw new ArgumentOutOfRangeException(nameof(destination), $"{Length} items do not fit in {destination.Length} places.");
        if (IsDense)
        {
            GetValues().CopyTo(destination);
            return;
        }
        destination[..Length].Clear();
        for (var place = 0; place < _count; place++)
            destination[_indices![place]] = _values![place];
    }

    /// <inheritdoc/>
    public override string ToString() =>
        IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    internal VBufferEditor<T> Edit(int length, int? count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var kept = count ?? length;
        ArgumentOutOfRangeException.ThrowIfNegative(kept, nameof(count));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, length, nameof(count));
        var values = _values is not null && _values.Length >= kept ? _values : new T[kept];
        var indices = kept == length || (_indices is not null && _indices.Length >= kept) ? _indices : new int[kept];
        return new VBufferEditor<T>(length, kept, values, indices);
    }
}
