using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Runs a user's function over each row.</summary>
public sealed class CustomMappingEstimator<TSrc, TDst> : TrivialEstimator<CustomMappingTransformer<TSrc, TDst>>
    where TSrc : class, new()
    where TDst : class, new()
{
    internal CustomMappingEstimator(CustomMappingTransformer<TSrc, TDst> transformer) : base(transformer)
    {
    }

    /// <inheritdoc/>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (var wanted in RowColumn.Of(typeof(TSrc), Transformer.InputDefinition, SchemaDefinition.Direction.Both))
            Check(inputSchema.Find(wanted.Name) ?? throw Checks.MissingColumn("input", wanted.Name), wanted);
        return inputSchema.With(SchemaShape.Create(RowColumn.Schema(Transformer.AddedColumns)));
    }

    private static void Check(SchemaShape.Column given, RowColumn wanted)
    {
        var shape = new SchemaShape.Column(wanted.Name, wanted.Type);
        var fitsKind = given.Kind == shape.Kind
            || (shape.Kind == SchemaShape.Column.VectorKind.VariableVector && given.Kind == SchemaShape.Column.VectorKind.Vector);
        if (!fitsKind || given.IsKey != shape.IsKey || !given.ItemType.Equals(shape.ItemType))
            throw Checks.WrongType("input", wanted.Name, $"{wanted.Type}", given.Describe());
    }
}

/// <summary>Runs a user's function over each row; can be saved if the function has a contract name.</summary>
public sealed class CustomMappingTransformer<TSrc, TDst> : RowToRowTransformerBase
    where TSrc : class, new()
    where TDst : class, new()
{
    private readonly Action<TSrc, TDst> _map;
    private readonly string? _contractName;

    internal CustomMappingTransformer(
        Action<TSrc, TDst> map, string? contractName, SchemaDefinition? inputDefinition, SchemaDefinition? outputDefinition)
    {
        ArgumentNullException.ThrowIfNull(map);
        _map = map;
        _contractName = contractName;
        InputDefinition = inputDefinition;
        AddedColumns = RowColumn.Of(typeof(TDst), outputDefinition, SchemaDefinition.Direction.Write);
    }

    internal SchemaDefinition? InputDefinition { get; }

    internal RowColumn[] AddedColumns { get; }

    private protected override RowMapping CreateMapping(DataViewSchema inputSchema) => new Mapping(this, inputSchema);

    private protected override void SaveModel(ModelSaveContext context)
    {
        if (_contractName is null)
            throw new InvalidOperationException("Empty contract name for a transform: the transform cannot be saved");
        CustomMappingContract.Save(context, _contractName, _map.Method.DeclaringType!.Assembly);
    }

    private sealed class Mapping : RowMapping
    {
        private readonly CustomMappingTransformer<TSrc, TDst> _parent;
        private readonly RowFiller<TSrc> _source;

        internal Mapping(CustomMappingTransformer<TSrc, TDst> parent, DataViewSchema inputSchema)
            : base(inputSchema, MappedColumn.Append(inputSchema, parent.AddedColumns.Select(column => column.Detached)))
        {
            _parent = parent;
            _source = new RowFiller<TSrc>(inputSchema, ignoreMissingColumns: false, parent.InputDefinition);
        }

        protected override IEnumerable<int> InputsOf(int computed) => _source.Columns.Select(column => column.Index);

        protected override Delegate?[] ComputeGetters(DataViewRow input, bool[] active)
        {
            var getters = new Delegate?[active.Length];
            if (!active.Contains(true))
                return getters;

            var fill = _source.Over(input);
            var source = new TSrc();
            var target = new TDst();
            var targetRow = new ObjectRow<TDst>(_parent.AddedColumns);
            var servedPosition = -1L;
            void Refresh()
            {
                if (servedPosition == input.Position)
                    return;
                fill(source);
                _parent._map(source, target);
                targetRow.MoveTo(target);
                servedPosition = input.Position;
            }

            for (var index = 0; index < active.Length; index++)
            {
                if (active[index])
                    getters[index] = RefreshedGetters.Of(targetRow, targetRow.Schema[index], Refresh);
            }
            return getters;
        }
    }
}
