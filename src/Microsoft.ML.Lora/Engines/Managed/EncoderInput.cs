using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>From token ids to the first layer's input: LN(word + position + segment).</summary>
internal sealed class EncoderInput
{
    private readonly Parameter _words;
    private readonly Parameter _positions;
    private readonly Parameter? _segments;
    private readonly Normalizer _normalizer;
    private readonly EncoderShape _shape;
    private readonly int[] _positionIds;
    private readonly int[] _segmentIds;

    /// <param name="encoder">Has the embedding tables.</param>
    /// <param name="parameters">Finds those that are trained.</param>
    public EncoderInput(EncoderWeights encoder, ParameterSource parameters)
    {
        EmbeddingWeights tables = encoder.Embeddings;
        _words = parameters.Tensor(TrainedNames.Weight(TrainedNames.Words), tables.Words.Values);
        _positions = parameters.Tensor(TrainedNames.Weight(TrainedNames.Positions), tables.Positions.Values);
        _segments = tables.Segments is { } segments ? parameters.Tensor(TrainedNames.Weight(TrainedNames.Segments), segments.Values) : null;
        _normalizer = parameters.Normalizer(TrainedNames.EmbeddingNorm, tables.Norm);
        _shape = encoder.Shape;
        _positionIds = [.. Enumerable.Range(_shape.FirstPosition, _shape.MaxTokens)];

        // First segment as often as a sequence can be long, then the second: each pair's segment ids are a window of this.
        int second = Math.Min(1, _shape.Segments - 1);
        _segmentIds = [.. Enumerable.Repeat(0, _shape.MaxTokens), .. Enumerable.Repeat(second, _shape.MaxTokens)];
    }

    /// <summary>Computes <see cref="Workspace.Input"/> of the workspace's chunk.</summary>
    public void Forward(Workspace workspace)
    {
        Span<float> sum = workspace.EmbeddedSum.Span;
        int hidden = _shape.Hidden;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            EncodedPair pair = workspace.Pair(i);
            Embedding.Forward(
                _words.Values,
                pair.TokenIds,
                _positions.Values,
                PositionIds(pair),
                _segments is { } segments ? segments.Values : [],
                SegmentIds(pair),
                hidden,
                sum.Slice(workspace.Start(i) * hidden, pair.Length * hidden));
        }

        _normalizer.Forward(
            sum, workspace.Chunk.Tokens, workspace.Input.Span, workspace.EmbeddedMean.Span, workspace.EmbeddedInverse.Span);
    }

    /// <summary>
    /// Where the embeddings are trained, accumulates the gradients of their normalisation, and computes <see cref="Workspace.GradEmbedded"/>
    /// from <see cref="Workspace.GradHidden"/>.
    /// </summary>
    public void Backward(Workspace workspace)
    {
        if (_words.IsTrained)
        {
            _normalizer.Backward(
                workspace.GradHidden.Span, workspace.EmbeddedSum.Span, workspace.TokenRows, workspace.EmbeddedMean.Span,
                workspace.EmbeddedInverse.Span, workspace.GradEmbedded.Span);
        }
    }

    /// <summary>Where the embeddings are trained, adds each token's gradient to its rows of the tables, in the order of the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="gradEmbedded">(tokens of the batch, hidden), as <see cref="Backward"/> left it chunk by chunk.</param>
    /// <param name="gradients">The flat buffer of gradients.</param>
    public void AddTableGradients(PackedBatch batch, ReadOnlySpan<float> gradEmbedded, Memory<float> gradients)
    {
        for (int i = 0; i < batch.Count && _words.IsTrained; i++)
        {
            EncodedPair pair = batch.Pair(i);
            ReadOnlySpan<float> rows = gradEmbedded[(batch.Start(i) * _shape.Hidden)..];
            Embedding.GradAdd(rows, pair.TokenIds, _shape.Hidden, _words.GradientIn(gradients));
            Embedding.GradAdd(rows, PositionIds(pair), _shape.Hidden, _positions.GradientIn(gradients));
            if (_segments is { } segments)
            {
                Embedding.GradAdd(rows, SegmentIds(pair), _shape.Hidden, segments.GradientIn(gradients));
            }
        }
    }

    private ReadOnlySpan<int> PositionIds(EncodedPair pair) => _positionIds.AsSpan(0, pair.Length);

    private ReadOnlySpan<int> SegmentIds(EncodedPair pair) => _segmentIds.AsSpan(_shape.MaxTokens - pair.Second.Start, pair.Length);
}
