namespace Microsoft.ML.Data;

/// <summary>
/// Keeps the values of a view in memory, column by column: the first cursor that asks for a column reads it from the source, with
/// all the others it asks for and those named beforehand, and later cursors read the copies.
/// </summary>
internal sealed class CachedDataView : RowView
{
    private readonly IDataView _source;
    private readonly Lock _filling = new();
    private readonly ColumnBuffer?[] _buffers;
    private readonly DataViewSchema.Column[] _columnsToPrefetch;
    private int? _rowCount;

    /// <summary>Wraps the view without reading it.</summary>
    /// <param name="source">The view to keep.</param>
    /// <param name="columnsToPrefetch">Columns to read in the first pass, whatever it is asked for; null for none.</param>
    public CachedDataView(IDataView source, string[]? columnsToPrefetch = null) : base(source.Schema)
    {
        _source = source;
        _buffers = new ColumnBuffer?[source.Schema.Count];
        _columnsToPrefetch =
            [.. (columnsToPrefetch ?? []).Select(name => Checks.Column(source.Schema, name, "prefetch", nameof(columnsToPrefetch)))];
    }

    public override bool CanShuffle => true;

    /// <summary>The source's count if it knows, or else the count of the first pass, once there was one.</summary>
    public override long? GetRowCount() => _rowCount ?? _source.GetRowCount();

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        var rowCount = Fill(columns);
        int[]? order = null;
        if (rand is not null)
        {
            order = [.. Enumerable.Range(0, rowCount)];
            rand.Shuffle(order);
        }
        return new Cursor(this, columns, rowCount, order);
    }

    private int Fill(DataViewSchema.Column[] columns)
    {
        lock (_filling)
        {
            DataViewSchema.Column[] missing =
            [
                .. columns.Concat(_columnsToPrefetch).DistinctBy(column => column.Index).Where(column => _buffers[column.Index] is null),
            ];
            if (_rowCount is int known && missing.Length == 0)
                return known;

            var filled = Array.ConvertAll(missing, column => ColumnBuffer.Create(column.Type));
            var rowCount = 0;
            using (var cursor = _source.GetRowCursor(missing))
            {
                var writers = missing.Zip(filled, (column, buffer) => buffer.CreateWriter(cursor, column)).ToArray();
                for (; cursor.MoveNext(); rowCount++)
                {
                    foreach (var write in writers)
                        write(rowCount);
                }
            }
            if (_rowCount is int earlier && earlier != rowCount)
                throw new InvalidOperationException($"The cached view had {earlier} rows when it was first read, but has {rowCount} now.");
            for (var index = 0; index < missing.Length; index++)
                _buffers[missing[index].Index] = filled[index];
            _rowCount = rowCount;
            return rowCount;
        }
    }

    private sealed class Cursor : RootCursor
    {
        private readonly CachedDataView _view;
        private readonly int _rowCount;
        private readonly int[]? _order;
        private int _next;

        public Cursor(CachedDataView view, IEnumerable<DataViewSchema.Column> columnsNeeded, int rowCount, int[]? order)
            : base(view.Schema, columnsNeeded)
        {
            _view = view;
            _rowCount = rowCount;
            _order = order;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Place(), 0);

        protected override bool MoveNextCore() => _next++ < _rowCount;

        protected override Delegate CreateGetter(DataViewSchema.Column column) => _view._buffers[column.Index]!.CreateReader(Place);

        private int Place()
        {
            CheckOnRow();
            return _order is null ? (int)Position : _order[Position];
        }
    }
}
