using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>From token ids to the first layer's input: LN(word + position + segment).</summary>
internal sealed class EncoderInput
{
    private readonly EmbeddingWeights _weights;
    private readonly EncoderShape _shape;
    private readonly int[] _positionIds;
    private readonly int[] _segmentIds;

    /// <param name="encoder">Has the embedding tables.</param>
    public EncoderInput(EncoderWeights encoder)
    {
        _weights = encoder.Embeddings;
        _shape = encoder.Shape;
        _positionIds = [.. Enumerable.Range(_shape.FirstPosition, _shape.MaxTokens)];

        // First segment as often as a sequence can be long, then the second: each pair's segment ids are a window of this.
        int second = Math.Min(1, _shape.Segments - 1);
        _segmentIds = [.. Enumerable.Repeat(0, _shape.MaxTokens), .. Enumerable.Repeat(second, _shape.MaxTokens)];
    }

    /// <summary>Computes <see cref="Workspace.Input"/> of the workspace's chunk.</summary>
    public void Forward(Workspace workspace)
    {
        Span<float> embedded = workspace.Input.Span;
        int hidden = _shape.Hidden;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            EncodedPair pair = workspace.Pair(i);
            Embedding.Forward(
                _weights.Words.Values,
                pair.TokenIds,
                _weights.Positions.Values,
                _positionIds.AsSpan(0, pair.Length),
                _weights.Segments is { } segments ? segments.Values : [],
                _segmentIds.AsSpan(_shape.MaxTokens - pair.Second.Start, pair.Length),
                hidden,
                embedded.Slice(workspace.Start(i) * hidden, pair.Length * hidden));
        }

        LayerNorm.Forward(
            embedded,
            workspace.Chunk.Tokens,
            hidden,
            _weights.Norm.Gain,
            _weights.Norm.Bias,
            _shape.NormEpsilon,
            embedded,
            workspace.EmbeddedMean.Span,
            workspace.EmbeddedInverse.Span);
    }
}
