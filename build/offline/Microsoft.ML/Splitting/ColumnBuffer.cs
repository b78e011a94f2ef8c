namespace Microsoft.ML.Data;

/// <summary>Keeps copies of a column's values, each at a place of its own.</summary>
/// <remarks>Any number of readers may be used at once as long as nobody writes to the places they read.</remarks>
internal abstract class ColumnBuffer
{
    /// <summary>An empty buffer for values of the type.</summary>
    public static ColumnBuffer Create(DataViewType type)
    {
        var buffer = type is VectorDataViewType vector
            ? typeof(VectorColumnBuffer<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(ColumnBuffer<>).MakeGenericType(type.RawType);
        return (ColumnBuffer)Activator.CreateInstance(buffer)!;
    }

    /// <summary>An action that copies the row's value of the column to a place; the buffer grows as needed.</summary>
    public abstract Action<int> CreateWriter(DataViewRow row, DataViewSchema.Column column);

    /// <summary>A <see cref="ValueGetter{TValue}"/> of the value at whatever place <paramref name="place"/> gives.</summary>
    public abstract Delegate CreateReader(Func<int> place);
}

/// <summary>Keeps values that are copied by assignment.</summary>
internal class ColumnBuffer<T> : ColumnBuffer
{
    private T[] _values = [];

    public override Action<int> CreateWriter(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return place =>
        {
            getter(ref value);
            if (place >= _values.Length)
                Array.Resize(ref _values, Math.Max(place + 1, 2 * _values.Length));
            Copy(value, ref _values[place]);
        };
    }

    public override Delegate CreateReader(Func<int> place) => (ValueGetter<T>)((ref T value) => Copy(_values[place()], ref value));

    /// <summary>Copies a value so that neither side sees later changes of the other.</summary>
    protected virtual void Copy(in T source, ref T destination) => destination = source;
}

/// <summary>Keeps vectors, whose items are copied.</summary>
internal sealed class VectorColumnBuffer<T> : ColumnBuffer<VBuffer<T>>
{
    protected override void Copy(in VBuffer<T> source, ref VBuffer<T> destination) => source.CopyTo(ref destination);
}
