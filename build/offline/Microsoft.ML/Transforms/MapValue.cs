using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Replaces each value by the one that a table gives for it.</summary>
public class ValueMappingEstimator : TrivialEstimator<ValueMappingTransformer>
{
    private protected ValueMappingEstimator(ValueMappingTransformer transformer) : base(transformer)
    {
    }

    /// <inheritdoc/>
    public sealed override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (inputSchema.Find(Transformer.Columns.Input) is null)
            throw Checks.MissingColumn("input", Transformer.Columns.Input);
        return inputSchema.With([new SchemaShape.Column(Transformer.Columns.Output, Transformer.Table.ValueType)]);
    }
}

/// <summary>Replaces each value by the one that a table gives for it.</summary>
public sealed class ValueMappingEstimator<TKey, TValue> : ValueMappingEstimator
{
    internal ValueMappingEstimator(ValueMappingTransformer transformer) : base(transformer)
    {
    }
}

/// <summary>Replaces each value by the one that a table gives for it.</summary>
public class ValueMappingTransformer : OneToOneTransformerBase
{
    internal ValueMappingTransformer(ColumnPair columns, ValueTable table) : base(columns) => Table = table;

    internal ValueTable Table { get; }

    internal static ValueMappingTransformer Load(ModelLoadContext context) => new(ColumnPair.Read(context), ValueTable.Read(context.Reader));

    private protected override DataViewSchema.DetachedColumn Describe(DataViewSchema.Column input) => new(Columns.Output, Table.ValueType);

    private protected override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input) => Table.CreateGetter(row, input);

    private protected override void SaveModel(ModelSaveContext context)
    {
        context.Begin(ModelSignatures.MapValue);
        Columns.Write(context);
        Table.Write(context.Writer);
    }
}
