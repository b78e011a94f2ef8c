using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>
/// Hands out the rows of another cursor, read a window at a time, so that the rows of a window can be scored together. Every row is
/// read once, so a source that can be gone through only once is served rightly.
/// </summary>
internal sealed class ReadAheadCursor : DataViewRowCursor
{
    private readonly DataViewRowCursor _input;
    private readonly Dictionary<int, BufferedColumn> _columns;
    private readonly Action<int> _onRow;
    private readonly int _mostRows;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private int _windowSize;
    private int _rows;
    private long _position = -1;
    private bool _inputEnded;
    private bool _disposed;

    /// <param name="input">The rows. Owned by this object from here on.</param>
    /// <param name="columns">The columns to hand out, active in <paramref name="input"/>.</param>
    /// <param name="firstRows">Rows of the first window; each next one is twice as large, so that a look at the first rows costs little.</param>
    /// <param name="mostRows">Rows of the largest window.</param>
    /// <param name="onRow">Called with a row's slot when the input stands on it.</param>
    public ReadAheadCursor(DataViewRowCursor input, IEnumerable<DataViewSchema.Column> columns, int firstRows, int mostRows, Action<int> onRow)
    {
        _input = input;
        _columns = columns.ToDictionary(column => column.Index, column => BufferedColumn.Create(input, column, mostRows));
        _windowSize = firstRows;
        _mostRows = mostRows;
        _onRow = onRow;
        _ids = new DataViewRowId[mostRows];
        _batches = new long[mostRows];
    }

    /// <summary>The window that the row stood on lies in, from 1.</summary>
    public int Window { get; private set; }

    /// <summary>Where in its window the row stood on lies.</summary>
    public int Slot { get; private set; } = -1;

    /// <inheritdoc/>
    public override DataViewSchema Schema => _input.Schema;

    /// <inheritdoc/>
    public override long Position => _position;

    /// <inheritdoc/>
    public override long Batch => _position < 0 ? _input.Batch : _batches[Slot];

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (Slot + 1 < _rows)
        {
            Slot++;
        }
        else if (!ReadWindow())
        {
            _position = -1;
            return false;
        }

        _position++;
        return true;
    }

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.ContainsKey(column.Index);

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[SlotOnRow()];

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _columns[column.Index].Getter(SlotOnRow) as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Column '{column.Name}' has type {column.Type}, but was asked for as {typeof(TValue).Name}.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool ReadWindow()
    {
        ValueGetter<DataViewRowId> id = _input.GetIdGetter();
        _rows = 0;
        while (_rows < _windowSize && MoveInput())
        {
            foreach (BufferedColumn column in _columns.Values)
            {
                column.Keep(_rows);
            }

            id(ref _ids[_rows]);
            _batches[_rows] = _input.Batch;
            _onRow(_rows);
            _rows++;
        }

        Window++;
        Slot = 0;
        _windowSize = Math.Min(2 * _windowSize, _mostRows);
        return _rows > 0;
    }

    /// <summary>Moves on, but never again once the end was met: not every cursor stays there.</summary>
    private bool MoveInput()
    {
        _inputEnded = _inputEnded || !_input.MoveNext();
        return !_inputEnded;
    }

    private int SlotOnRow() => _position >= 0
        ? Slot
        : throw new InvalidOperationException("A value was asked for, but the cursor does not stand on a row.");
}
