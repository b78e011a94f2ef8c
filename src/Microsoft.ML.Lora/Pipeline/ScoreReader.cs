using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>
/// Reads pairs ahead of the rows that are handed out, and scores them in batches. Nothing is opened before a score is asked for.
/// The first batch is small, so that a look at the first rows costs little; each next one is twice as large, up to a limit.
/// </summary>
internal sealed class ScoreReader : IDisposable
{
    private const int FirstBatch = 32;
    private const int LargestBatch = 1024;

    private readonly Func<DataViewRowCursor> _open;
    private readonly ScoringSchema _schema;
    private readonly PairModel _model;
    private readonly List<EncodedPair> _pairs = new(LargestBatch);
    private DataViewRowCursor? _cursor;
    private PairTextGetter? _texts;
    private float[] _scores = [];
    private int _batch = FirstBatch;
    private long _batchStart;

    /// <param name="open">Opens a cursor that delivers the sentences. Called when the first score is asked for, and never where none is.</param>
    /// <param name="schema">Where the sentences are.</param>
    /// <param name="model">The model.</param>
    public ScoreReader(Func<DataViewRowCursor> open, ScoringSchema schema, PairModel model)
    {
        _open = open;
        _schema = schema;
        _model = model;
    }

    /// <summary>The score of a row. Rows are asked for in order, each any number of times.</summary>
    /// <param name="position">The row, counted from 0.</param>
    /// <exception cref="InvalidOperationException">The cursor does not stand on a row.</exception>
    public float ScoreAt(long position)
    {
        if (position < 0)
        {
            throw new InvalidOperationException("A score was asked for, but the cursor does not stand on a row.");
        }

        while (position >= _batchStart + _pairs.Count)
        {
            ReadBatch(position);
        }

        return _scores[position - _batchStart];
    }

    /// <inheritdoc/>
    public void Dispose() => _cursor?.Dispose();

    private void ReadBatch(long position)
    {
        _cursor ??= _open();
        _texts ??= new PairTextGetter(_cursor, _schema);
        _batchStart += _pairs.Count;
        _pairs.Clear();
        while (_pairs.Count < _batch && _cursor.MoveNext())
        {
            _pairs.Add(_texts.Read(_model));
        }

        if (_pairs.Count == 0)
        {
            throw new InvalidOperationException(
                $"Row {position} was handed out, but reading ahead found only {_batchStart} rows: the data view gave two cursors different rows.");
        }

        _scores = _model.Score(_pairs);
        _batch = Math.Min(2 * _batch, LargestBatch);
    }
}
