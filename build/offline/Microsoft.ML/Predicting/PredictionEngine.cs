using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Applies a model to one object at a time; not for use by several threads at once.</summary>
public abstract class PredictionEngineBase<TSrc, TDst> : IDisposable
    where TSrc : class
    where TDst : class, new()
{
    private readonly ObjectRow<TSrc> _input;
    private readonly DataViewRow _output;
    private readonly Action<TDst> _fill;
    private readonly ITransformer _transformer;
    private readonly bool _ownsTransformer;
    private bool _isDisposed;

    private protected PredictionEngineBase(ITransformer transformer, PredictionEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        if (!transformer.IsRowToRowMapper)
            throw new ArgumentOutOfRangeException(nameof(transformer), "Must be a row to row mapper");
        _transformer = transformer;
        _ownsTransformer = options.OwnsTransformer;
        _input = new ObjectRow<TSrc>(RowColumn.Of(typeof(TSrc), options.InputSchemaDefinition, SchemaDefinition.Direction.Read));

        var mapper = transformer.GetRowToRowMapper(_input.Schema);
        var filler = new RowFiller<TDst>(mapper.OutputSchema, options.IgnoreMissingColumns, options.OutputSchemaDefinition);
        _output = mapper.GetRow(_input, mapper.OutputSchema);
        _fill = filler.Over(_output);
        OutputSchema = transformer.GetOutputSchema(_input.Schema);
    }

    /// <summary>The columns that the model gives.</summary>
    public DataViewSchema OutputSchema { get; }

    /// <summary>Applies the model.</summary>
    public TDst Predict(TSrc example)
    {
        var prediction = new TDst();
        Predict(example, ref prediction);
        return prediction;
    }

    /// <summary>Applies the model and fills an object, which is made if there is none.</summary>
    public abstract void Predict(TSrc example, ref TDst prediction);

    /// <summary>Frees the rows and, if it is owned, the model.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _output.Dispose();
        if (_ownsTransformer)
            (_transformer as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Apply(TSrc example, TDst prediction)
    {
        _input.MoveTo(example);
        _fill(prediction);
    }
}

/// <summary>Applies a model to one object at a time; not for use by several threads at once.</summary>
public sealed class PredictionEngine<TSrc, TDst> : PredictionEngineBase<TSrc, TDst>
    where TSrc : class
    where TDst : class, new()
{
    internal PredictionEngine(ITransformer transformer, PredictionEngineOptions options) : base(transformer, options)
    {
    }

    /// <inheritdoc/>
    public override void Predict(TSrc example, ref TDst prediction)
    {
        ArgumentNullException.ThrowIfNull(example);
        prediction ??= new TDst();
        Apply(example, prediction);
    }
}
