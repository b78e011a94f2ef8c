using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Replaces each key by the value it stands for.</summary>
public sealed class KeyToValueMappingEstimator : TrivialEstimator<KeyToValueMappingTransformer>
{
    internal KeyToValueMappingEstimator(ColumnPair columns) : base(new KeyToValueMappingTransformer(columns))
    {
    }

    /// <inheritdoc/>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var columns = Transformer.Columns;
        var input = inputSchema.Find(columns.Input) ?? throw Checks.MissingColumn("input", columns.Input);
        if (!input.IsKey)
            throw Checks.WrongType("input", columns.Input, "KeyType", input.Describe());
        var values = input.Annotations.Find(KeyNumbers.ValuesAnnotation) ?? throw new ArgumentOutOfRangeException(
            nameof(inputSchema), $"Input column '{columns.Input}' doesn't contain key values metadata");
        return inputSchema.With([new SchemaShape.Column(columns.Output, input.Kind, values.ItemType, values.IsKey)]);
    }
}

/// <summary>Replaces each key by the value it stands for; a missing key becomes a missing value.</summary>
public sealed class KeyToValueMappingTransformer : OneToOneTransformerBase
{
    internal KeyToValueMappingTransformer(ColumnPair columns) : base(columns)
    {
    }

    private protected override DataViewSchema.DetachedColumn Describe(DataViewSchema.Column input)
    {
        if (input.Annotations.Schema.GetColumnOrNull(KeyNumbers.ValuesAnnotation) is not DataViewSchema.Column values)
            throw new InvalidOperationException(
                $"Column '{input.Name}' has no annotation '{KeyNumbers.ValuesAnnotation}' that says what its keys stand for.");
        if (input.Type is not KeyDataViewType { RawType: var rawType } || rawType != typeof(uint))
            throw Checks.NotInStandIn($"MapKeyToValue of a column of {input.Type}");
        return new(Columns.Output, ColumnTypes.ItemType(values.Type));
    }

    private protected override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input)
    {
        var values = input.Annotations.Schema[KeyNumbers.ValuesAnnotation];
        return typeof(KeyToValueMappingTransformer).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(ColumnTypes.ItemType(values.Type).RawType)
            .CreateDelegate<Func<DataViewRow, DataViewSchema.Column, Delegate>>()(row, input);
    }

    private protected override void SaveModel(ModelSaveContext context)
    {
        context.Begin(ModelSignatures.MapKeyToValue);
        Columns.Write(context);
    }

    private static ValueGetter<TValue> Typed<TValue>(DataViewRow row, DataViewSchema.Column input)
    {
        var annotation = default(VBuffer<TValue>);
        input.Annotations.GetValue(KeyNumbers.ValuesAnnotation, ref annotation);
        var values = annotation.DenseValues().ToArray();
        var missing = MissingValues.Of<TValue>();
        var getter = row.GetGetter<uint>(input);
        var key = 0u;
        return (ref TValue value) =>
        {
            getter(ref key);
            value = key > 0 && key <= values.Length ? values[key - 1] : missing;
        };
    }
}
