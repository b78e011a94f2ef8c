namespace Microsoft.ML.Data;

/// <summary>Row mappers applied one after another.</summary>
internal sealed class ChainedMapper(DataViewSchema inputSchema, IReadOnlyList<IRowToRowMapper> mappers) : IRowToRowMapper
{
    public DataViewSchema InputSchema => inputSchema;

    public DataViewSchema OutputSchema => mappers.Count == 0 ? inputSchema : mappers[^1].OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        mappers.Reverse().Aggregate(dependingColumns, (columns, mapper) => mapper.GetDependencies(columns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(activeColumns);
        if (input.Schema != inputSchema)
            throw new ArgumentOutOfRangeException(
                nameof(input), "The row's schema is not the one the mapper was made for; both must be the same object.");

        var active = new IEnumerable<DataViewSchema.Column>[mappers.Count];
        var columns = activeColumns;
        for (var index = mappers.Count - 1; index >= 0; index--)
        {
            active[index] = columns;
            columns = mappers[index].GetDependencies(columns);
        }

        var row = input;
        for (var index = 0; index < mappers.Count; index++)
            row = mappers[index].GetRow(row, active[index]);
        return row;
    }
}
