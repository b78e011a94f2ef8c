using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Pairs as a data view that can shuffle, and that writes down which cursors were opened and for which columns.</summary>
internal sealed class MemoryView : IDataView
{
    private readonly TinyPair[] _rows;

    public MemoryView(TinyPair[] rows)
    {
        _rows = rows;
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(nameof(TinyPair.Id), NumberDataViewType.Int32);
        builder.AddColumn(nameof(TinyPair.Sentence1), TextDataViewType.Instance);
        builder.AddColumn(nameof(TinyPair.Sentence2), TextDataViewType.Instance);
        builder.AddColumn(nameof(TinyPair.Label), BooleanDataViewType.Instance);
        Schema = builder.ToSchema();
    }

    /// <summary>For each cursor that was opened, the columns it was asked for.</summary>
    public List<string> Opened { get; } = [];

    /// <summary>Cursors that were opened and not disposed.</summary>
    public int Open { get; private set; }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => true;

    public long? GetRowCount() => _rows.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        Opened.Add(string.Join(", ", columns.Select(column => column.Name)));
        Open++;
        TinyPair[] rows = [.. _rows];
        rand?.Shuffle(rows);
        return new Cursor(this, rows, columns);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(MemoryView view, TinyPair[] rows, DataViewSchema.Column[] columns) : DataViewRowCursor
    {
        private long _position = -1;
        private bool _disposed;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool MoveNext()
        {
            _position = _position + 1 < rows.Length ? _position + 1 : -1;
            return _position >= 0;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => columns.Any(active => active.Index == column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)rows[_position].Id, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Assert.IsTrue(IsColumnActive(column), $"Column '{column.Name}' was read without having been asked for.");
            Delegate getter = column.Name switch
            {
                nameof(TinyPair.Id) => (ValueGetter<int>)((ref int value) => value = rows[_position].Id),
                nameof(TinyPair.Sentence1) => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = rows[_position].Sentence1.AsMemory()),
                nameof(TinyPair.Sentence2) => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = rows[_position].Sentence2.AsMemory()),
                _ => (ValueGetter<bool>)((ref bool value) => value = rows[_position].Label),
            };
            return (ValueGetter<TValue>)getter;
        }

        protected override void Dispose(bool disposing)
        {
            if (!_disposed)
            {
                _disposed = true;
                view.Open--;
            }

            base.Dispose(disposing);
        }
    }
}
