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

    /// <summary>Where the embeddings are trained, accumulates their gradients from <see cref="Workspace.GradHidden"/>, which is used up.</summary>
    public void Backward(Workspace workspace)
    {
        if (!_words.IsTrained)
        {
            return;
        }

        Span<float> gradient = workspace.GradHidden.Span;
        _normalizer.Backward(
            gradient, workspace.EmbeddedSum.Span, workspace.TokenRows, workspace.EmbeddedMean.Span, workspace.EmbeddedInverse.Span, gradient);
        foreach (LaneRows lane in workspace.SequenceRows.Lanes.Span)
        {
            for (int i = lane.Start; i < lane.Start + lane.Count; i++)
            {
                AddGradients(workspace.Pair(i), gradient[(workspace.Start(i) * _shape.Hidden)..], lane);
            }
        }
    }

    private void AddGradients(EncodedPair pair, ReadOnlySpan<float> gradient, LaneRows lane)
    {
        Embedding.GradAdd(gradient, pair.TokenIds, _shape.Hidden, _words.GradientIn(lane));
        Embedding.GradAdd(gradient, PositionIds(pair), _shape.Hidden, _positions.GradientIn(lane));
        if (_segments is { } segments)
        {
            Embedding.GradAdd(gradient, SegmentIds(pair), _shape.Hidden, segments.GradientIn(lane));
        }
    }

    private ReadOnlySpan<int> PositionIds(EncodedPair pair) => _positionIds.AsSpan(0, pair.Length);

    private ReadOnlySpan<int> SegmentIds(EncodedPair pair) => _segmentIds.AsSpan(_shape.MaxTokens - pair.Second.Start, pair.Length);
}
