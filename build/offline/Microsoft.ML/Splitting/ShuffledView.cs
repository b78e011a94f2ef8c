namespace Microsoft.ML.Data;

/// <summary>
/// Gives the rows of a view in random order: it holds a pool of rows, serves one of them at random and puts the next row of the
/// source in its place. With <paramref name="shufflesSource"/> a source that can shuffle itself does so too.
/// </summary>
/// <remarks>Without a <see cref="Random"/> of their own all cursors have the order that the seed gives.</remarks>
internal sealed class ShuffledView(IDataView source, int seed, int poolSize, bool shufflesSource) : RowView(source.Schema)
{
    public override bool CanShuffle => true;

    public override long? GetRowCount() => source.GetRowCount();

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        var random = rand ?? new Random(seed);
        var sourceRandom = shufflesSource && source.CanShuffle ? new Random(random.Next()) : null;
        return new Cursor(source.GetRowCursor(columns, sourceRandom), columns, random, poolSize);
    }

    private sealed class Cursor : RootCursor
    {
        private readonly DataViewRowCursor _input;
        private readonly Random _random;
        private readonly int _poolSize;
        private readonly ColumnBuffer?[] _buffers;
        private readonly List<Action<int>> _writers = [];
        private readonly ValueGetter<DataViewRowId> _inputId;
        private readonly List<DataViewRowId> _ids = [];
        private readonly List<int> _waiting = [];
        private int _served = -1;

        public Cursor(DataViewRowCursor input, DataViewSchema.Column[] columns, Random random, int poolSize) : base(input.Schema, columns)
        {
            _input = input;
            _random = random;
            _poolSize = poolSize;
            _inputId = input.GetIdGetter();
            _buffers = new ColumnBuffer?[input.Schema.Count];
            foreach (var column in columns)
            {
                var buffer = _buffers[column.Index] = ColumnBuffer.Create(column.Type);
                _writers.Add(buffer.CreateWriter(input, column));
            }
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[Place()];

        protected override bool MoveNextCore()
        {
            if (_served >= 0)
                Fill(_served);
            while (_ids.Count < _poolSize && Fill(_ids.Count))
            {
            }
            if (_waiting.Count == 0)
                return false;
            var chosen = _random.Next(_waiting.Count);
            _served = _waiting[chosen];
            _waiting[chosen] = _waiting[^1];
            _waiting.RemoveAt(_waiting.Count - 1);
            return true;
        }

        protected override Delegate CreateGetter(DataViewSchema.Column column) => _buffers[column.Index]!.CreateReader(Place);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _input.Dispose();
            base.Dispose(disposing);
        }

        /// <summary>Puts the next row of the source at the place; false if there is none.</summary>
        private bool Fill(int place)
        {
            if (!_input.MoveNext())
                return false;
            DataViewRowId id = default;
            _inputId(ref id);
            if (place == _ids.Count)
                _ids.Add(id);
            else
                _ids[place] = id;
            foreach (var write in _writers)
                write(place);
            _waiting.Add(place);
            return true;
        }

        private int Place()
        {
            CheckOnRow();
            return _served;
        }
    }
}
