namespace Microsoft.ML.Data;

/// <summary>Base of mappers that compute columns of a row from other columns of it and forward some as they are.</summary>
internal abstract class RowMapping : IRowToRowMapper
{
    private readonly MappedColumn[] _columns;

    /// <summary>Creates a mapping.</summary>
    /// <param name="inputSchema">Schema of input rows.</param>
    /// <param name="columns">All output columns, in order.</param>
    protected RowMapping(DataViewSchema inputSchema, IEnumerable<MappedColumn> columns)
    {
        _columns = [.. columns];
        InputSchema = inputSchema;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(_columns.Select(column => column.Column));
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = new bool[InputSchema.Count];
        foreach (var column in dependingColumns)
        {
            var mapped = _columns[column.Index];
            foreach (var input in mapped.ForwardedFrom is int source ? [source] : InputsOf(mapped.Computed))
                needed[input] = true;
        }
        return InputSchema.Where(column => needed[column.Index]);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != InputSchema)
            throw new InvalidOperationException("The row's schema is not the one the mapper was made for; both must be the same object.");
        return new MappedRow(input, this, CreateGetters(input, activeColumns));
    }

    /// <summary>The getters of the active output columns.</summary>
    internal MappedGetters CreateGetters(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        var active = RowView.ActiveColumns(OutputSchema, activeColumns);
        var computed = new bool[_columns.Count(column => column.ForwardedFrom is null)];
        for (var index = 0; index < active.Length; index++)
        {
            if (active[index] && _columns[index].ForwardedFrom is null)
                computed[_columns[index].Computed] = true;
        }
        var computedGetters = ComputeGetters(input, computed);
        var getters = new Delegate?[active.Length];
        for (var index = 0; index < active.Length; index++)
        {
            if (active[index])
                getters[index] = _columns[index].ForwardedFrom is int source
                    ? RowGetters.Of(input, InputSchema[source])
                    : computedGetters[_columns[index].Computed];
        }
        return new MappedGetters(getters);
    }

    /// <summary>The indices of the input columns that a computed column needs.</summary>
    protected abstract IEnumerable<int> InputsOf(int computed);

    /// <summary>One getter per active computed column; null for the others.</summary>
    protected abstract Delegate?[] ComputeGetters(DataViewRow input, bool[] active);
}

/// <summary>An output column of a <see cref="RowMapping"/>.</summary>
/// <param name="Column">Name, type and annotations.</param>
/// <param name="ForwardedFrom">Index of the input column it repeats; null if it is computed.</param>
/// <param name="Computed">Number of the column among the computed ones.</param>
internal readonly record struct MappedColumn(DataViewSchema.DetachedColumn Column, int? ForwardedFrom, int Computed)
{
    /// <summary>All input columns and the computed ones: each right after the column it hides, as in ML.NET, or else at the end.</summary>
    internal static IEnumerable<MappedColumn> Append(DataViewSchema inputSchema, IEnumerable<DataViewSchema.DetachedColumn> computed)
    {
        var columns = inputSchema.Select(Forward).ToList();
        foreach (var (index, column) in computed.Index())
        {
            var hidden = columns.FindLastIndex(other => other.Column.Name == column.Name);
            columns.Insert(hidden < 0 ? columns.Count : hidden + 1, new MappedColumn(column, null, index));
        }
        return columns;
    }

    /// <summary>An input column as it is.</summary>
    internal static MappedColumn Forward(DataViewSchema.Column column) => new(new(column), column.Index, 0);
}
