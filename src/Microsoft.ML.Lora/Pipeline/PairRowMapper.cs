using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Scores one row at a time: what a prediction engine uses.</summary>
internal sealed class PairRowMapper : IRowToRowMapper
{
    private readonly ScoringSchema _schema;
    private readonly PairModel _model;

    /// <param name="input">The schema of what is scored.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="ArgumentException">A sentence column is missing or not text.</exception>
    public PairRowMapper(DataViewSchema input, PairModel model)
    {
        _schema = new ScoringSchema(input, model.Columns);
        _model = model;
    }

    /// <inheritdoc/>
    public DataViewSchema InputSchema => _schema.Input;

    /// <inheritdoc/>
    public DataViewSchema OutputSchema => _schema.Output;

    /// <inheritdoc/>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        DataViewSchema.Column[] wanted = [.. dependingColumns];
        IEnumerable<DataViewSchema.Column> passed = _schema.Passed(wanted);
        return wanted.Any(_schema.IsScored) ? _schema.WithSentences(passed) : passed;
    }

    /// <inheritdoc/>
    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        return ReferenceEquals(input.Schema, InputSchema)
            ? new PairScoringRow(_schema, activeColumns, input, _model)
            : throw new ArgumentException("The row's schema is not the one that this mapper was made for.", nameof(input));
    }
}
