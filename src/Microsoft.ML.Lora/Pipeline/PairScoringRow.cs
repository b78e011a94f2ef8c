using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>One row with its score, computed when it is first asked for at each position.</summary>
internal sealed class PairScoringRow : DataViewRow
{
    private readonly ScoringSchema _schema;
    private readonly DataViewRow _input;
    private readonly PairModel _model;
    private readonly ScoredColumns _columns;
    private PairTextGetter? _texts;
    private long _scoredPosition = -1;
    private float _score;
    private bool _disposed;

    /// <param name="schema">The schemas.</param>
    /// <param name="wanted">The active columns, of the output's schema.</param>
    /// <param name="input">The input's row, disposed with this one, as ML.NET wants it.</param>
    /// <param name="model">The model.</param>
    public PairScoringRow(ScoringSchema schema, IEnumerable<DataViewSchema.Column> wanted, DataViewRow input, PairModel model)
    {
        _schema = schema;
        _input = input;
        _model = model;
        _columns = new ScoredColumns(schema, wanted, input, model, ScoreOfRow);
    }

    /// <inheritdoc/>
    public override DataViewSchema Schema => _schema.Output;

    /// <inheritdoc/>
    public override long Position => _input.Position;

    /// <inheritdoc/>
    public override long Batch => _input.Batch;

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

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
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private float ScoreOfRow()
    {
        if (_scoredPosition != _input.Position)
        {
            _texts ??= new PairTextGetter(_input, _schema);
            _score = _model.Score([_texts.Read(_model)])[0];
            _scoredPosition = _input.Position;
        }

        return _score;
    }
}
