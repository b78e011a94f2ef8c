using Microsoft.ML.Data;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Hands out the input's rows with their scores, which are computed for a window of rows at a time.</summary>
internal sealed class PairScoringCursor : DataViewRowCursor
{
    private const int FirstWindow = 32;
    private const int LargestWindow = 512;

    private readonly ScoringSchema _schema;
    private readonly PairModel _model;
    private readonly ReadAheadCursor _rows;
    private readonly ScoredColumns _columns;
    private readonly List<EncodedPair> _pairs = [];
    private float[] _scores = [];
    private int _scoredWindow;
    private bool _disposed;

    /// <param name="input">Opens a cursor over the input with the columns it is given.</param>
    /// <param name="schema">The schemas.</param>
    /// <param name="wanted">The active columns, of the output's schema.</param>
    /// <param name="model">The model.</param>
    public PairScoringCursor(
        Func<IEnumerable<DataViewSchema.Column>, DataViewRowCursor> input, ScoringSchema schema, IReadOnlyCollection<DataViewSchema.Column> wanted, PairModel model)
    {
        _schema = schema;
        _model = model;
        DataViewSchema.Column[] passed = [.. schema.Passed(wanted)];
        bool scores = wanted.Any(schema.IsScored);
        DataViewRowCursor cursor = input(scores ? schema.WithSentences(passed) : passed);

        // Without scores there is nothing to gain from reading ahead.
        PairTextGetter? texts = scores ? new PairTextGetter(cursor, schema) : null;
        _rows = new ReadAheadCursor(cursor, passed, scores ? FirstWindow : 1, scores ? LargestWindow : 1, slot => Tokenize(slot, texts));
        _columns = new ScoredColumns(schema, wanted, _rows, model, ScoreOfRow);
    }

    /// <inheritdoc/>
    public override DataViewSchema Schema => _schema.Output;

    /// <inheritdoc/>
    public override long Position => _rows.Position;

    /// <inheritdoc/>
    public override long Batch => _rows.Batch;

    /// <inheritdoc/>
    public override bool MoveNext() => _rows.MoveNext();

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => _rows.GetIdGetter();

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.IsActive(column);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _columns.Getter<TValue>(column);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _rows.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Tokenize(int slot, PairTextGetter? texts)
    {
        if (slot == 0)
        {
            _pairs.Clear();
        }

        if (texts is not null)
        {
            _pairs.Add(texts.Read(_model));
        }
    }

    private float ScoreOfRow()
    {
        if (_rows.Position < 0)
        {
            throw new InvalidOperationException("A score was asked for, but the cursor does not stand on a row.");
        }

        if (_scoredWindow != _rows.Window)
        {
            _scores = _model.Score(_pairs);
            _scoredWindow = _rows.Window;
        }

        return _scores[_rows.Slot];
    }
}
