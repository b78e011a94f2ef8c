using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>The values of one column in a window of rows that were read ahead.</summary>
internal abstract class BufferedColumn
{
    /// <summary>Makes a buffer for a column of any type.</summary>
    /// <param name="cursor">The cursor to read, with the column active.</param>
    /// <param name="column">The column.</param>
    /// <param name="rows">The most rows of a window.</param>
    public static BufferedColumn Create(DataViewRowCursor cursor, DataViewSchema.Column column, int rows)
    {
        Type buffer = column.Type is VectorDataViewType vector
            ? typeof(Vectors<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(Values<>).MakeGenericType(column.Type.RawType);
        return (BufferedColumn)Activator.CreateInstance(buffer, cursor, column, rows)!;
    }

    /// <summary>Keeps the value of the row that the cursor stands on.</summary>
    /// <param name="slot">Where in the window the row lies.</param>
    public abstract void Keep(int slot);

    /// <summary>A getter of the kept values.</summary>
    /// <param name="slot">Where in the window the row lies that is asked for.</param>
    public abstract Delegate Getter(Func<int> slot);

    private sealed class Values<T>(DataViewRowCursor cursor, DataViewSchema.Column column, int rows) : BufferedColumn
    {
        private readonly ValueGetter<T> _source = cursor.GetGetter<T>(column);
        private readonly T[] _values = new T[rows];

        public override void Keep(int slot) => _source(ref _values[slot]);

        public override Delegate Getter(Func<int> slot) => (ValueGetter<T>)((ref T value) => value = _values[slot()]);
    }

    /// <summary>Vectors are copied out, since whoever asks may write into what it gets.</summary>
    private sealed class Vectors<T>(DataViewRowCursor cursor, DataViewSchema.Column column, int rows) : BufferedColumn
    {
        private readonly ValueGetter<VBuffer<T>> _source = cursor.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[rows];

        public override void Keep(int slot) => _source(ref _values[slot]);

        public override Delegate Getter(Func<int> slot) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[slot()].CopyTo(ref value));
    }
}
