namespace Microsoft.ML.Lora.Pipeline;

/// <summary>A data view with the scores of its pairs. Nothing is computed before a cursor asks, and rows are scored in batches.</summary>
internal sealed class PairScoringView : IDataView
{
    private readonly IDataView _input;
    private readonly PairModel _model;
    private readonly ScoringSchema _schema;

    /// <param name="input">What to score.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="ArgumentException">A sentence column is missing or not text.</exception>
    public PairScoringView(IDataView input, PairModel model)
    {
        _input = input;
        _model = model;
        _schema = new ScoringSchema(input.Schema, model.Columns);
    }

    /// <inheritdoc/>
    public DataViewSchema Schema => _schema.Output;

    /// <inheritdoc/>
    public bool CanShuffle => _input.CanShuffle;

    /// <inheritdoc/>
    public long? GetRowCount() => _input.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new PairScoringCursor(columns => _input.GetRowCursor(columns, rand), _schema, [.. columnsNeeded], _model);

    /// <summary>One cursor: a batch already uses every thread it is given.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
