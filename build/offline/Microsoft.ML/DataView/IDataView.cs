namespace Microsoft.ML;

/// <summary>Writes a row's value into <paramref name="value"/>, reusing its buffers where it can.</summary>
public delegate void ValueGetter<TValue>(ref TValue value);

/// <summary>Rows under a schema, computed only while a cursor walks over them.</summary>
public interface IDataView
{
    /// <summary>Whether a cursor given a random source visits the rows in random order.</summary>
    bool CanShuffle { get; }

    /// <summary>The columns.</summary>
    DataViewSchema Schema { get; }

    /// <summary>The number of rows, or null if only counting could tell.</summary>
    long? GetRowCount();

    /// <summary>Starts a walk over the rows.</summary>
    /// <param name="columnsNeeded">Columns of <see cref="Schema"/> whose values will be asked for.</param>
    /// <param name="rand">Source of a random order; ignored if <see cref="CanShuffle"/> is false.</param>
    DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null);

    /// <summary>Starts a walk in which several cursors share the rows; there may be fewer cursors than asked for.</summary>
    DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null);
}
