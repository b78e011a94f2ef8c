using System.Collections.Concurrent;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>A finished model: read-only weights shared by all callers, and memory for as many callers as there were at once.</summary>
internal sealed class PairScorer : IPairScorer
{
    private readonly ConcurrentBag<ScoringRun> _free = [];
    private readonly Network _network;
    private readonly int _threads;
    private readonly MemoryLimit _limit;

    /// <param name="network">The network with everything merged in.</param>
    /// <param name="threads">The most threads that work on one call.</param>
    /// <param name="limit">What the activations of all callers may take up.</param>
    public PairScorer(Network network, int threads, MemoryLimit limit)
    {
        _limit = limit;
        _network = network;
        _threads = threads;
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits) => Run(pairs, logits, null);

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver observer) => Run(pairs, logits, observer);

    /// <summary>Does nothing: all memory is the garbage collector's, and goes with the last reference to this.</summary>
    public void Dispose()
    {
    }

    private void Run(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver? observer)
    {
        if (!_free.TryTake(out ScoringRun? run))
        {
            run = new ScoringRun(_network, _threads, _limit);
        }

        try
        {
            run.Score(pairs, logits, observer);
        }
        finally
        {
            _free.Add(run);
        }
    }
}
