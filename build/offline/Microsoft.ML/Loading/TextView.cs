using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The rows of text files. Each cursor reads the files for itself, line by line.</summary>
internal sealed class TextView(HostEnvironment environment, TextFormat format, IMultiStreamSource source) : RowView(format.Schema)
{
    public override bool CanShuffle => false;

    public override long? GetRowCount() => null;

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(environment, format, source, [.. columnsNeeded]);

    private sealed class Cursor : RootCursor
    {
        private readonly HostEnvironment _environment;
        private readonly IEnumerator<(long Number, string Text)> _lines;
        private readonly LineSplitter _splitter;
        private readonly FieldReader?[] _readers;
        private readonly FieldReader[] _activeReaders;
        private readonly ReadOnlyMemory<char>[] _fields;
        private long _badFields;
        private bool _isClosed;

        public Cursor(HostEnvironment environment, TextFormat format, IMultiStreamSource source, DataViewSchema.Column[] columns)
            : base(format.Schema, columns)
        {
            _environment = environment;
            _splitter = new LineSplitter(format);
            _readers = new FieldReader?[format.Columns.Length];
            var fieldCount = 0;
            foreach (var column in columns)
            {
                var textColumn = format.Columns[column.Index];
                _readers[column.Index] = FieldReader.Create(textColumn, format);
                fieldCount = Math.Max(fieldCount, textColumn.Fields.Max() + 1);
            }
            _activeReaders = [.. _readers.OfType<FieldReader>()];
            _fields = new ReadOnlyMemory<char>[fieldCount];
            _lines = LineReader.Read(source, format.HasHeader, format.MaxRows).GetEnumerator();
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
        {
            CheckOnRow();
            id = new DataViewRowId((ulong)Position, 0);
        };

        protected override bool MoveNextCore()
        {
            if (!_lines.MoveNext())
                return false;
            var (number, text) = _lines.Current;
            _splitter.Split(text, _fields);
            foreach (var reader in _activeReaders)
                _badFields += reader.Read(_fields, number);
            return true;
        }

        protected override Delegate CreateGetter(DataViewSchema.Column column) => _readers[column.Index]!.CreateGetter(CheckOnRow);

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_isClosed)
            {
                _isClosed = true;
                _lines.Dispose();
                ReportBadFields();
            }
            base.Dispose(disposing);
        }

        private void ReportBadFields()
        {
            if (_badFields + _splitter.QuotingErrors == 0)
                return;
            using var channel = _environment.Start(nameof(TextLoader));
            channel.Info(
                MessageSensitivity.None,
                "Processed {0} rows with {1} bad values and {2} format errors",
                Position + 1,
                _badFields,
                _splitter.QuotingErrors);
        }
    }
}
