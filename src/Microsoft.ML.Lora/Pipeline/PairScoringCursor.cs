using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Hands out the input's rows with their scores.</summary>
internal sealed class PairScoringCursor : DataViewRowCursor
{
    private readonly ScoringSchema _schema;
    private readonly DataViewRowCursor _rows;
    private readonly ScoreReader _scores;
    private readonly ScoredColumns _columns;
    private bool _disposed;

    /// <param name="schema">The schemas.</param>
    /// <param name="wanted">The active columns, of the output's schema.</param>
    /// <param name="rows">The input's rows. Owned by this object from here on.</param>
    /// <param name="scores">The scores of the same rows. Owned by this object from here on.</param>
    /// <param name="model">Turns a score into a decision and a probability.</param>
    public PairScoringCursor(ScoringSchema schema, IEnumerable<DataViewSchema.Column> wanted, DataViewRowCursor rows, ScoreReader scores, PairModel model)
    {
        _schema = schema;
        _rows = rows;
        _scores = scores;
        _columns = new ScoredColumns(schema, wanted, rows, model, () => _scores.ScoreAt(_rows.Position));
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
            _scores.Dispose();
            _rows.Dispose();
        }

        base.Dispose(disposing);
    }
}
