namespace Microsoft.ML.Data;

/// <summary>Base of cursors that count their own rows: sources of rows, and filters that drop some.</summary>
/// <remarks>When the rows end the cursor disposes of itself and its position is −1 again, as in ML.NET.</remarks>
internal abstract class RootCursor : DataViewRowCursor
{
    private readonly Delegate?[] _getters;
    private readonly bool[] _active;
    private long _position = -1;
    private bool _isDisposed;

    /// <summary>Creates a cursor before its first row.</summary>
    /// <param name="schema">Schema of the rows.</param>
    /// <param name="columnsNeeded">Columns of the schema that may be read.</param>
    protected RootCursor(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        Schema = schema;
        _active = RowView.ActiveColumns(schema, columnsNeeded);
        _getters = new Delegate?[schema.Count];
    }

    public sealed override DataViewSchema Schema { get; }

    public sealed override long Position => _position;

    public override long Batch => 0;

    public sealed override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public sealed override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!_active[column.Index])
            throw new ArgumentOutOfRangeException(nameof(column), RowGetters.Inactive(column));
        return RowGetters.Cast<TValue>(_getters[column.Index] ??= CreateGetter(column), column);
    }

    public sealed override bool MoveNext()
    {
        if (_isDisposed)
            return false;
        if (MoveNextCore())
        {
            _position++;
            return true;
        }
        Dispose();
        return false;
    }

    /// <summary>Goes to the next row; false when there is none. Not called again after that.</summary>
    protected abstract bool MoveNextCore();

    /// <summary>Makes the getter of an active column, a <see cref="ValueGetter{TValue}"/> of its raw type; called once.</summary>
    protected abstract Delegate CreateGetter(DataViewSchema.Column column);

    /// <summary>Throws if the cursor stands on no row.</summary>
    protected void CheckOnRow()
    {
        if (_position < 0)
            throw new InvalidOperationException(
                "Values cannot be fetched at this time: the cursor has not moved to its first row, or has passed the last.");
    }

    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        _position = -1;
        base.Dispose(disposing);
    }
}
