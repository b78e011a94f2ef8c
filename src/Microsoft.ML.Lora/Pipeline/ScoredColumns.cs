namespace Microsoft.ML.Lora.Pipeline;

/// <summary>The active columns of a scored row or cursor: some passed on from the input, some filled by scoring.</summary>
internal sealed class ScoredColumns
{
    private readonly ScoringSchema _schema;
    private readonly HashSet<int> _active;
    private readonly DataViewRow _input;
    private readonly PairModel _model;
    private readonly Func<float> _scoreOf;

    /// <param name="schema">The schemas.</param>
    /// <param name="wanted">The active columns, of the output's schema.</param>
    /// <param name="input">The input's row or cursor.</param>
    /// <param name="model">Turns a score into a decision and a probability.</param>
    /// <param name="scoreOf">The score of the row stood on; asked only where a scored column is wanted.</param>
    public ScoredColumns(ScoringSchema schema, IEnumerable<DataViewSchema.Column> wanted, DataViewRow input, PairModel model, Func<float> scoreOf)
    {
        _schema = schema;
        _active = [.. wanted.Select(column => column.Index)];
        _input = input;
        _model = model;
        _scoreOf = scoreOf;
    }

    /// <summary>Whether a column of the output's schema was asked for.</summary>
    public bool IsActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    /// <summary>The getter of an active column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column was not asked for.</exception>
    /// <exception cref="InvalidOperationException">The column has another type than <typeparamref name="TValue"/>.</exception>
    public ValueGetter<TValue> Getter<TValue>(DataViewSchema.Column column)
    {
        if (!IsActive(column))
        {
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, "This column was not asked for when the row or cursor was made.");
        }

        if (!_schema.IsScored(column))
        {
            return _input.GetGetter<TValue>(_schema.Input[column.Index]);
        }

        return ScoredGetter(column) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' has type {column.Type}, but was asked for as {typeof(TValue).Name}.");
    }

    private Delegate ScoredGetter(DataViewSchema.Column column) => column.Name switch
    {
        OutputColumns.PredictedLabel => (ValueGetter<bool>)((ref bool value) => value = _model.Decide(_scoreOf())),
        OutputColumns.Score => (ValueGetter<float>)((ref float value) => value = _scoreOf()),
        OutputColumns.Probability => (ValueGetter<float>)((ref float value) => value = PairModel.ProbabilityOf(_scoreOf())),
        _ => throw new InvalidOperationException($"Scoring does not fill column '{column.Name}'."),
    };
}
