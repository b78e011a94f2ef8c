using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Text;

/// <summary>Changes the case of letters and takes out marks, punctuation or digits.</summary>
public sealed class TextNormalizingEstimator : TrivialEstimator<TextNormalizingTransformer>
{
    internal TextNormalizingEstimator(TextNormalizingTransformer transformer) : base(transformer)
    {
    }

    /// <summary>What becomes of letters.</summary>
    public enum CaseMode
    {
        /// <summary>They become small.</summary>
        Lower = 0,

        /// <summary>They become capital.</summary>
        Upper = 1,

        /// <summary>They stay as they are.</summary>
        None = 2,
    }

    /// <inheritdoc/>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var columns = Transformer.Columns;
        var input = inputSchema.Find(columns.Input) ?? throw Checks.MissingColumn("input", columns.Input);
        if (input.ItemType is not TextDataViewType)
            throw Checks.WrongType("input", columns.Input, TextNormalizingTransformer.Expected, input.Describe());
        return inputSchema.With([new SchemaShape.Column(columns.Output, input.Kind, input.ItemType, isKey: false)]);
    }
}

/// <summary>Changes the case of letters and takes out marks, punctuation or digits.</summary>
public sealed class TextNormalizingTransformer : OneToOneTransformerBase
{
    internal const string Expected = "String or vector of String";

    private readonly TextNormalization _normalization;

    internal TextNormalizingTransformer(ColumnPair columns, TextNormalization normalization) : base(columns) => _normalization = normalization;

    internal static TextNormalizingTransformer Load(ModelLoadContext context) =>
        new(ColumnPair.Read(context), TextNormalization.Read(context.Reader));

    private protected override DataViewSchema.DetachedColumn Describe(DataViewSchema.Column input)
    {
        if (input.Type is VectorDataViewType { ItemType: TextDataViewType })
            throw Checks.NotInStandIn("NormalizeText of a vector");
        if (input.Type is not TextDataViewType)
            throw Checks.WrongType("input", input.Name, Expected, $"{input.Type}");
        return new(Columns.Output, TextDataViewType.Instance);
    }

    private protected override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(input);
        var text = default(ReadOnlyMemory<char>);
        return (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) =>
        {
            getter(ref text);
            value = _normalization.Apply(text.Span).AsMemory();
        });
    }

    private protected override void SaveModel(ModelSaveContext context)
    {
        context.Begin(ModelSignatures.NormalizeText);
        Columns.Write(context);
        _normalization.Write(context.Writer);
    }
}
