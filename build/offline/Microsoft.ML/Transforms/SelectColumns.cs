using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Keeps some columns, or all but some.</summary>
public sealed class ColumnSelectingEstimator : TrivialEstimator<ColumnSelectingTransformer>
{
    internal ColumnSelectingEstimator(ColumnSelectingTransformer transformer) : base(transformer)
    {
    }

    /// <inheritdoc/>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        Transformer.CheckNames(inputSchema.Select(column => column.Name));
        return new SchemaShape(inputSchema.Where(column => Transformer.Keeps(column.Name)));
    }
}

/// <summary>Keeps some columns in the order in which they are named, or all but some in their own order.</summary>
public sealed class ColumnSelectingTransformer : RowToRowTransformerBase
{
    private readonly string[] _names;
    private readonly bool _drops;
    private readonly bool _keepsHidden;

    /// <param name="names">The columns that are named.</param>
    /// <param name="drops">Whether all others are kept instead of these.</param>
    /// <param name="keepsHidden">Whether hidden columns are kept along with those that hide them; dropping always keeps them.</param>
    internal ColumnSelectingTransformer(string[] names, bool drops, bool keepsHidden)
    {
        if (names is null || names.Length == 0)
            throw new InvalidOperationException($"No columns to {(drops ? "drop" : "keep")} are named; at least one must be.");
        _names = names;
        _drops = drops;
        _keepsHidden = keepsHidden;
    }

    internal static ColumnSelectingTransformer Load(ModelLoadContext context)
    {
        var drops = context.Reader.ReadBoolean();
        var keepsHidden = context.Reader.ReadBoolean();
        var names = new List<string>();
        for (var left = context.ReadCount(); left > 0; left--)
            names.Add(context.Reader.ReadString());
        return new([.. names], drops, keepsHidden);
    }

    internal bool Keeps(string name) => _names.Contains(name) != _drops;

    internal void CheckNames(IEnumerable<string> inputNames)
    {
        var missing = _names.Except(inputNames).ToArray();
        if (missing.Length > 0)
            throw Checks.MissingColumn("input", string.Join(",", missing));
    }

    private protected override RowMapping CreateMapping(DataViewSchema inputSchema)
    {
        CheckNames(inputSchema.Select(column => column.Name));
        var kept = _drops
            ? inputSchema.Where(column => Keeps(column.Name))
            : _names.SelectMany(name => inputSchema.Where(column => column.Name == name && (_keepsHidden || !column.IsHidden)));
        return new Mapping(inputSchema, kept);
    }

    private protected override void SaveModel(ModelSaveContext context)
    {
        context.Begin(ModelSignatures.SelectColumns);
        context.Writer.Write(_drops);
        context.Writer.Write(_keepsHidden);
        context.Writer.Write(_names.Length);
        foreach (var name in _names)
            context.Writer.Write(name);
    }

    private sealed class Mapping(DataViewSchema inputSchema, IEnumerable<DataViewSchema.Column> kept)
        : RowMapping(inputSchema, kept.Select(MappedColumn.Forward))
    {
        protected override IEnumerable<int> InputsOf(int computed) => [];

        protected override Delegate?[] ComputeGetters(DataViewRow input, bool[] active) => [];
    }
}
