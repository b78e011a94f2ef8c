using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Repeats a column under another name.</summary>
public sealed class ColumnCopyingEstimator : TrivialEstimator<ColumnCopyingTransformer>
{
    internal ColumnCopyingEstimator(ColumnPair columns) : base(new ColumnCopyingTransformer(columns))
    {
    }

    /// <inheritdoc/>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var input = inputSchema.Find(Transformer.Columns.Input) ?? throw Checks.MissingColumn("input", Transformer.Columns.Input);
        return inputSchema.With([input.Renamed(Transformer.Columns.Output)]);
    }
}

/// <summary>Repeats a column under another name.</summary>
public sealed class ColumnCopyingTransformer : OneToOneTransformerBase
{
    internal ColumnCopyingTransformer(ColumnPair columns) : base(columns)
    {
    }

    private protected override DataViewSchema.DetachedColumn Describe(DataViewSchema.Column input) =>
        new(Columns.Output, input.Type, input.Annotations);

    private protected override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input) => RowGetters.Of(row, input);

    private protected override void SaveModel(ModelSaveContext context)
    {
        context.Begin(ModelSignatures.CopyColumns);
        Columns.Write(context);
    }
}
