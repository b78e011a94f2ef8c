namespace Microsoft.ML.Data;

/// <summary>The objects of an enumerable as rows, enumerated anew by each cursor.</summary>
internal sealed class EnumerableView<TRow> : RowView
    where TRow : class
{
    private readonly IEnumerable<TRow> _data;
    private readonly RowColumn[] _columns;

    internal EnumerableView(IEnumerable<TRow> data, RowColumn[] columns) : base(RowColumn.Schema(columns))
    {
        _data = data;
        _columns = columns;
    }

    public override bool CanShuffle => false;

    public override long? GetRowCount() => (_data as ICollection<TRow>)?.Count;

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded);

    private sealed class Cursor : RootCursor
    {
        private readonly RowColumn[] _columns;
        private readonly IEnumerator<TRow> _rows;

        internal Cursor(EnumerableView<TRow> view, IEnumerable<DataViewSchema.Column> columnsNeeded) : base(view.Schema, columnsNeeded)
        {
            _columns = view._columns;
            _rows = view._data.GetEnumerator();
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
        {
            CheckOnRow();
            id = new DataViewRowId((ulong)Position, 0);
        };

        protected override bool MoveNextCore()
        {
            if (!_rows.MoveNext())
                return false;
            if (_rows.Current is null)
                throw new InvalidOperationException("Encountered null when iterating over data, this is not supported.");
            return true;
        }

        protected override Delegate CreateGetter(DataViewSchema.Column column) => MemberGetters.Of(_columns[column.Index], () =>
        {
            CheckOnRow();
            return _rows.Current;
        });

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _rows.Dispose();
            base.Dispose(disposing);
        }
    }
}
