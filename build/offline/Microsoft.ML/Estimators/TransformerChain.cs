using System.Collections;

namespace Microsoft.ML.Data;

/// <summary>Transformers applied one after another.</summary>
public sealed class TransformerChain<TLastTransformer> : ITransformer, IEnumerable<ITransformer>, IDisposable
    where TLastTransformer : class, ITransformer
{
    /// <summary>The last transformer; null only in an empty chain.</summary>
    public readonly TLastTransformer LastTransformer;

    private readonly ITransformer[] _transformers;
    private readonly TransformerScope[] _scopes;
    private bool _isDisposed;

    /// <summary>Creates a chain.</summary>
    /// <param name="transformers">The transformers in order.</param>
    /// <param name="scopes">When each is applied.</param>
    public TransformerChain(IEnumerable<ITransformer> transformers, IEnumerable<TransformerScope> scopes)
    {
        _transformers = [.. transformers];
        _scopes = [.. scopes];
        if (_transformers.Length != _scopes.Length)
            throw new InvalidOperationException($"A chain of {_transformers.Length} transformers was given {_scopes.Length} scopes.");
        LastTransformer = (_transformers.LastOrDefault() as TLastTransformer)!;
        if (_transformers.Length > 0 && LastTransformer is null)
            throw new InvalidOperationException($"The last transformer is a {_transformers[^1].GetType()}, not a {typeof(TLastTransformer)}.");
    }

    /// <summary>Creates a chain of transformers that are always applied.</summary>
    public TransformerChain(params ITransformer[] transformers)
        : this(transformers ?? [], Enumerable.Repeat(TransformerScope.Everything, transformers?.Length ?? 0))
    {
    }

    bool ITransformer.IsRowToRowMapper => _transformers.All(transformer => transformer.IsRowToRowMapper);

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => GetOutputSchema(inputSchema, TransformerScope.Scoring);

    /// <summary>The columns after those transformers that the scope includes.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema, TransformerScope scope)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return Within(scope).Aggregate(inputSchema, (schema, index) => _transformers[index].GetOutputSchema(schema));
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => Transform(input, TransformerScope.Scoring);

    /// <summary>The data after those transformers that the scope includes.</summary>
    public IDataView Transform(IDataView input, TransformerScope scope)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(input.Schema, scope);
        return Within(scope).Aggregate(input, (data, index) => _transformers[index].Transform(data));
    }

    /// <summary>The part of the chain that the scope includes.</summary>
    public TransformerChain<ITransformer> GetModelFor(TransformerScope scopeFilter)
    {
        var within = Within(scopeFilter).ToArray();
        return new(within.Select(index => _transformers[index]), within.Select(index => _scopes[index]));
    }

    /// <summary>The chain with one more transformer.</summary>
    public TransformerChain<TNewLast> Append<TNewLast>(TNewLast transformer, TransformerScope scope = TransformerScope.Everything)
        where TNewLast : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return new([.. _transformers, transformer], [.. _scopes, scope]);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (!((ITransformer)this).IsRowToRowMapper)
            throw new InvalidOperationException("GetRowToRowMapper method called despite IsRowToRowMapper being false.");
        var mappers = new List<IRowToRowMapper>();
        foreach (var transformer in _transformers)
            mappers.Add(transformer.GetRowToRowMapper(mappers.Count == 0 ? inputSchema : mappers[^1].OutputSchema));
        return new ChainedMapper(inputSchema, mappers);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.Begin(ModelSignatures.Chain);
        ctx.Writer.Write(_transformers.Length);
        for (var index = 0; index < _transformers.Length; index++)
        {
            ctx.Writer.Write((int)_scopes[index]);
            ctx.SaveModel(_transformers[index], ModelSignatures.ChainLink(index));
        }
    }

    /// <inheritdoc/>
    public IEnumerator<ITransformer> GetEnumerator() => _transformers.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Disposes of the transformers that can be disposed of.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        foreach (var transformer in _transformers)
            (transformer as IDisposable)?.Dispose();
    }

    private IEnumerable<int> Within(TransformerScope scope) =>
        Enumerable.Range(0, _transformers.Length).Where(index => (_scopes[index] & scope) != TransformerScope.None);
}
