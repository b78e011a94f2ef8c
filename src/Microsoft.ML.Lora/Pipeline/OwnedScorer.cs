using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>
/// A model's scorer: made when it is first needed, and gone when the model is disposed of and the last call that was under way has ended. Disposal
/// does not wait for that call. The weights that the scorer was made of are held as long as it is, so that others can share them. Safe to use from
/// several threads.
/// </summary>
/// <param name="weights">Gives the encoder's weights.</param>
/// <param name="make">Makes the scorer of them.</param>
internal sealed class OwnedScorer(Func<EncoderWeights> weights, Func<EncoderWeights, IPairScorer> make) : IDisposable
{
    private readonly Lock _changing = new();
    private (IPairScorer Scorer, EncoderWeights Weights)? _made;
    private int _calls;
    private bool _disposed;

    /// <summary>The scorer, for one call. <see cref="Leave"/> ends that.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed of.</exception>
    public IPairScorer Enter()
    {
        lock (_changing)
        {
            RequireUsable();
            (IPairScorer Scorer, EncoderWeights Weights) made = _made ??= Make();
            _calls++;
            return made.Scorer;
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

    private (IPairScorer Scorer, EncoderWeights Weights) Make()
    {
        EncoderWeights encoder = weights();
        return (make(encoder), encoder);
    }

    private void FreeIfUnused()
    {
        if (_disposed && _calls == 0)
        {
            _made?.Scorer.Dispose();
            _made = null;
        }
    }
}
