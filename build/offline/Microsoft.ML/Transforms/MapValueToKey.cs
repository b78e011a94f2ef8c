using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Numbers the values that occur in a column.</summary>
public sealed class ValueToKeyMappingEstimator : IEstimator<ValueToKeyMappingTransformer>
{
    private readonly ColumnPair _columns;
    private readonly int _maximumNumberOfKeys;
    private readonly KeyOrdinality _ordinality;
    private readonly bool _annotatesText;

    internal ValueToKeyMappingEstimator(ColumnPair columns, int maximumNumberOfKeys, KeyOrdinality ordinality, bool annotatesText)
    {
        _columns = columns;
        _maximumNumberOfKeys = maximumNumberOfKeys;
        _ordinality = ordinality;
        _annotatesText = annotatesText;
    }

    /// <summary>How keys are numbered.</summary>
    public enum KeyOrdinality : byte
    {
        /// <summary>As the values first occur in the data.</summary>
        ByOccurrence = 0,

        /// <summary>In the order of the values.</summary>
        ByValue = 1,
    }

    /// <inheritdoc/>
    public ValueToKeyMappingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var column = Checks.Column(input.Schema, _columns.Input);
        if (column.Type is KeyDataViewType or VectorDataViewType)
            throw Checks.NotInStandIn($"MapValueToKey of a column of {column.Type}");
        if (_annotatesText && column.Type is not TextDataViewType)
            throw Checks.NotInStandIn($"MapValueToKey with addKeyValueAnnotationsAsText of a column of {column.Type}");
        return new ValueToKeyMappingTransformer(_columns, KeyNumbers.Collect(input, column, _maximumNumberOfKeys, _ordinality));
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var input = inputSchema.Find(_columns.Input) ?? throw Checks.MissingColumn("input", _columns.Input);
        var values = new SchemaShape.Column(KeyNumbers.ValuesAnnotation, SchemaShape.Column.VectorKind.Vector, input.ItemType, isKey: false);
        var annotations = new SchemaShape([values]);
        return inputSchema.With([new SchemaShape.Column(_columns.Output, input.Kind, NumberDataViewType.UInt32, isKey: true, annotations)]);
    }
}

/// <summary>Replaces each value by its number; 0 stands for a value that has none.</summary>
public sealed class ValueToKeyMappingTransformer : OneToOneTransformerBase
{
    private readonly KeyNumbers _numbers;

    internal ValueToKeyMappingTransformer(ColumnPair columns, KeyNumbers numbers) : base(columns) => _numbers = numbers;

    internal static ValueToKeyMappingTransformer Load(ModelLoadContext context) =>
        new(ColumnPair.Read(context), KeyNumbers.Read(context.Reader));

    private protected override DataViewSchema.DetachedColumn Describe(DataViewSchema.Column input)
    {
        if (!input.Type.Equals(_numbers.ValueType))
            throw Checks.WrongType("input", input.Name, $"{_numbers.ValueType}", $"{input.Type}");
        return new(Columns.Output, _numbers.KeyType, _numbers.Annotations());
    }

    private protected override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input) => _numbers.CreateGetter(row, input);

    private protected override void SaveModel(ModelSaveContext context)
    {
        context.Begin(ModelSignatures.MapValueToKey);
        Columns.Write(context);
        _numbers.Write(context.Writer);
    }
}
