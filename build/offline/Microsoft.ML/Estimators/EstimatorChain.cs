using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Estimators fitted one after another, each on the data as the ones before it leave it.</summary>
public sealed class EstimatorChain<TLastTransformer> : IEstimator<TransformerChain<TLastTransformer>>
    where TLastTransformer : class, ITransformer
{
    /// <summary>The last estimator; null only in an empty chain.</summary>
    public readonly IEstimator<TLastTransformer> LastEstimator;

    private readonly EstimatorLink[] _links;

    /// <summary>Creates an empty chain.</summary>
    public EstimatorChain() : this([])
    {
    }

    internal EstimatorChain(EstimatorLink[] links)
    {
        _links = links;
        LastEstimator = (links.LastOrDefault()?.Estimator as IEstimator<TLastTransformer>)!;
    }

    /// <inheritdoc/>
    public TransformerChain<TLastTransformer> Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShape.Create(input.Schema));

        var data = input;
        var transformers = new List<ITransformer>();
        foreach (var link in _links)
        {
            var transformer = link.Estimator.Fit(data);
            transformers.Add(transformer);
            data = transformer.Transform(data);
            if (link.IsCached && transformers.Count < _links.Length)
                data = new CachedDataView(data);
        }
        return new(transformers, _links.Select(link => link.Scope));
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        _links.Aggregate(inputSchema, (shape, link) => link.Estimator.GetOutputSchema(shape));

    /// <summary>The chain with one more estimator.</summary>
    public EstimatorChain<TNewTrans> Append<TNewTrans>(IEstimator<TNewTrans> estimator, TransformerScope scope = TransformerScope.Everything)
        where TNewTrans : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(estimator);
        return new EstimatorChain<TNewTrans>([.. _links, new EstimatorLink(estimator, scope, IsCached: false)]);
    }

    /// <summary>The chain with the data that the next estimators see kept in memory.</summary>
    public EstimatorChain<TLastTransformer> AppendCacheCheckpoint(IHostEnvironment env)
    {
        ArgumentNullException.ThrowIfNull(env);
        if (_links.Length == 0)
            throw new InvalidOperationException("Current estimator chain has no estimator, can't append cache checkpoint.");
        return new([.. _links[..^1], _links[^1] with { IsCached = true }]);
    }
}

/// <summary>An estimator of a chain.</summary>
/// <param name="Estimator">The estimator.</param>
/// <param name="Scope">When its transformer is applied.</param>
/// <param name="IsCached">Whether its output is kept in memory for the estimators after it.</param>
internal sealed record EstimatorLink(IEstimator<ITransformer> Estimator, TransformerScope Scope, bool IsCached);
