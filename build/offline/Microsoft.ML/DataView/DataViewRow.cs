using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>A row whose values are read through getters.</summary>
public abstract class DataViewRow : IDisposable
{
    /// <summary>How many rows were passed; −1 before the first.</summary>
    public abstract long Position { get; }

    /// <summary>Orders the cursors of a set; 0 for a single cursor.</summary>
    public abstract long Batch { get; }

    /// <summary>The columns.</summary>
    public abstract DataViewSchema Schema { get; }

    /// <summary>Reads the identity of the current row.</summary>
    public abstract ValueGetter<DataViewRowId> GetIdGetter();

    /// <summary>Whether the column's values may be read.</summary>
    public abstract bool IsColumnActive(DataViewSchema.Column column);

    /// <summary>Reads the column's value in the current row.</summary>
    /// <exception cref="InvalidOperationException">The column holds another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The column is not active.</exception>
    public abstract ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column);

    /// <summary>Frees what the row holds.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the row holds.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A row that moves along a data view.</summary>
public abstract class DataViewRowCursor : DataViewRow
{
    /// <summary>Goes to the next row; false when there is none.</summary>
    public abstract bool MoveNext();
}
