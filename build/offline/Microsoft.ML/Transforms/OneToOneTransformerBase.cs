namespace Microsoft.ML.Data;

/// <summary>Base of transformers that make one column of one other.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected OneToOneTransformerBase(ColumnPair columns) => Columns = columns;

    internal ColumnPair Columns { get; }

    /// <summary>The output column for an input of the schema.</summary>
    private protected abstract DataViewSchema.DetachedColumn Describe(DataViewSchema.Column input);

    /// <summary>A getter of the output's raw type.</summary>
    private protected abstract Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input);

    private protected sealed override RowMapping CreateMapping(DataViewSchema inputSchema) =>
        new Mapping(this, inputSchema, Checks.Column(inputSchema, Columns.Input));

    private sealed class Mapping(OneToOneTransformerBase parent, DataViewSchema inputSchema, DataViewSchema.Column input)
        : RowMapping(inputSchema, MappedColumn.Append(inputSchema, [parent.Describe(input)]))
    {
        protected override IEnumerable<int> InputsOf(int computed) => [input.Index];

        protected override Delegate?[] ComputeGetters(DataViewRow row, bool[] active) =>
            [active[0] ? parent.CreateGetter(row, input) : null];
    }
}
