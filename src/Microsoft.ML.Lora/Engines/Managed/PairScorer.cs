using System.Collections.Concurrent;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>A finished model: read-only weights shared by all callers, and memory for as many callers as there were at once.</summary>
internal sealed class PairScorer : IPairScorer
{
    private readonly ConcurrentBag<ScoringRun> _free = [];
    private readonly Network _network;
    private readonly EncoderShape _shape;
    private readonly TrainablePlan _plan;
    private readonly int _threads;

    /// <param name="network">The network with everything merged in.</param>
    /// <param name="shape">The encoder's sizes.</param>
    /// <param name="plan">What lies on top of the encoder as it is now.</param>
    /// <param name="threads">The most threads that work on one call.</param>
    public PairScorer(Network network, EncoderShape shape, TrainablePlan plan, int threads)
    {
        _network = network;
        _shape = shape;
        _plan = plan;
        _threads = threads;
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits) => Run(pairs, logits, null);

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver observer) => Run(pairs, logits, observer);

    /// <summary>Does nothing: all memory is the garbage collector's.</summary>
    public void Dispose()
    {
    }

    private void Run(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver? observer)
    {
        if (!_free.TryTake(out ScoringRun? run))
        {
            run = new ScoringRun(_network, _shape, _plan, _threads, MemoryLimit.OfProcess());
        }

        run.Score(pairs, logits, observer);
        _free.Add(run);
    }
}
