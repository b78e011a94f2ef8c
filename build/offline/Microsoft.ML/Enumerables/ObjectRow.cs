namespace Microsoft.ML.Data;

/// <summary>A row whose values are the members of an object that is set from outside; each new object counts as the next row.</summary>
internal sealed class ObjectRow<TRow> : DataViewRow
    where TRow : class
{
    private readonly RowColumn[] _columns;
    private readonly Delegate?[] _getters;
    private TRow? _current;
    private long _position = -1;

    internal ObjectRow(RowColumn[] columns)
    {
        _columns = columns;
        _getters = new Delegate?[columns.Length];
        Schema = RowColumn.Schema(columns);
    }

    public override long Position => _position;

    public override long Batch => 0;

    public override DataViewSchema Schema { get; }

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<DataViewRowId> GetIdGetter() =>
        (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        RowGetters.Cast<TValue>(_getters[column.Index] ??= MemberGetters.Of(_columns[column.Index], Current), column);

    /// <summary>Goes to the next row.</summary>
    internal void MoveTo(TRow row)
    {
        _current = row;
        _position++;
    }

    private TRow Current() => _current ?? throw new InvalidOperationException("Values cannot be fetched at this time: no row was set yet.");
}
