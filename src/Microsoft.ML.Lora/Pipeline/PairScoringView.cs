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
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] wanted = [.. columnsNeeded];

        // Scores are read ahead by a cursor of their own. Both must see the rows in the same order, so both get the same seed.
        int? seed = rand?.Next();
        DataViewRowCursor rows = _input.GetRowCursor(_schema.Passed(wanted), NewRandom(seed));
        var scores = new ScoreReader(() => _input.GetRowCursor([_schema.First, _schema.Second], NewRandom(seed)), _schema, _model);
        return new PairScoringCursor(_schema, wanted, rows, scores, _model);
    }

    /// <summary>One cursor: a batch already uses every thread it is given.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private static Random? NewRandom(int? seed) => seed is { } value ? new Random(value) : null;
}
