using Microsoft.ML.Lora.Engines;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>
/// A model's scorer: made when it is first needed, and gone when the model is disposed of and the last call that was under way has ended. Disposal
/// does not wait for that call. Safe to use from several threads.
/// </summary>
/// <param name="make">Makes the scorer.</param>
internal sealed class OwnedScorer(Func<IPairScorer> make) : IDisposable
{
    private readonly Lock _changing = new();
    private IPairScorer? _scorer;
    private int _calls;
    private bool _disposed;

    /// <summary>The scorer, for one call. <see cref="Leave"/> ends that.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed of.</exception>
    public IPairScorer Enter()
    {
        lock (_changing)
        {
            RequireUsable();
            _scorer ??= make();
            _calls++;
            return _scorer;
        }
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    public void Leave()
    {
        lock (_changing)
        {
            _calls--;
            FreeIfUnused();
        }
    }

    /// <summary>Makes sure that <see cref="Enter"/> would succeed.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed of.</exception>
    public void RequireUsable()
    {
        if (_disposed)
        {
            throw new ObjectDisposedException(
                nameof(LoraSentencePairTransformer),
                "The model is disposed of and scores no more. Dispose of it after its last score, or score with another made of it: "
                + $"{nameof(LoraSentencePairTransformer.WithDevice)} still makes one. A prediction engine disposes of its model too, unless it is made with OwnsTransformer = false.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_changing)
        {
            _disposed = true;
            FreeIfUnused();
        }
    }

    private void FreeIfUnused()
    {
        if (_disposed && _calls == 0)
        {
            _scorer?.Dispose();
            _scorer = null;
        }
    }
}
