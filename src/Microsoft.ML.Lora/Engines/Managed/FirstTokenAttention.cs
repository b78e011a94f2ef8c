using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// Attention of each sequence's first token to all of its tokens: all that a head on the first token needs of the last layer.
/// </summary>
internal sealed class FirstTokenAttention : IAttention
{
    private readonly AdaptedAffine _query;
    private readonly AdaptedAffine _keyValue;
    private readonly EncoderShape _shape;
    private readonly GradientReach _reach;

    /// <param name="adapter">Packs the layer's matrices with their updates.</param>
    /// <param name="shape">The encoder's sizes.</param>
    public FirstTokenAttention(LayerAdapter adapter, EncoderShape shape)
    {
        _query = adapter.Adapt(GradientReach.Attention, LoraTargets.Query);
        _keyValue = adapter.Adapt(GradientReach.Attention, LoraTargets.Key, LoraTargets.Value);
        _shape = shape;
        _reach = adapter.Reach;
    }

    /// <inheritdoc/>
    public RowBlock Rows(Workspace workspace) => workspace.SequenceRows;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace)
    {
        int hidden = _shape.Hidden;
        Span<float> first = layer.Residual.Span;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            input.Slice(workspace.Start(i) * hidden, hidden).CopyTo(first[(i * hidden)..]);
        }

        Span<float> queries = layer.FirstQueries.Span;
        Span<float> keysValues = layer.Projections.Span;
        Span<float> context = layer.Context.Span;
        _query.Forward(first, workspace.SequenceRows, queries, workspace);
        _keyValue.Forward(input, workspace.TokenRows, keysValues, workspace);
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            int start = workspace.Start(i);
            int length = workspace.Length(i);
            SingleQueryAttention.Forward(
                queries.Slice(i * hidden, hidden),
                keysValues.Slice(start * 2 * hidden, length * 2 * hidden),
                length,
                _shape.Heads,
                layer.Probabilities.Span.Slice(start * _shape.Heads, length * _shape.Heads),
                context.Slice(i * hidden, hidden));
        }

        return first;
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace)
    {
        int hidden = _shape.Hidden;
        Span<float> gradQueries = workspace.GradFirstQueries.Span;
        Span<float> gradKeysValues = workspace.GradProjections.Span[..(workspace.Chunk.Tokens * 2 * hidden)];
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            int start = workspace.Start(i);
            int length = workspace.Length(i);
            SingleQueryAttention.Backward(
                layer.FirstQueries.Span.Slice(i * hidden, hidden),
                layer.Projections.Span.Slice(start * 2 * hidden, length * 2 * hidden),
                length,
                _shape.Heads,
                layer.Probabilities.Span.Slice(start * _shape.Heads, length * _shape.Heads),
                workspace.GradContext.Span.Slice(i * hidden, hidden),
                gradQueries.Slice(i * hidden, hidden),
                gradKeysValues.Slice(start * 2 * hidden, length * 2 * hidden),
                workspace.AttentionScratch.Span[..length]);
        }

        bool deeper = _reach > GradientReach.Attention;
        Span<float> gradInput = workspace.GradHidden.Span;
        _keyValue.Backward(input, workspace.TokenRows, gradKeysValues, deeper ? gradInput : [], workspace);

        // The context's gradient is used up; its memory takes that of the first tokens.
        Span<float> gradFirst = workspace.GradContext.Span[..(workspace.Chunk.Count * hidden)];
        _query.Backward(layer.Residual.Span, workspace.SequenceRows, gradQueries, deeper ? gradFirst : [], workspace);
        if (deeper)
        {
            AddToFirstTokens(gradFirst, gradInput, workspace);
            AddToFirstTokens(workspace.GradMiddleSum.Span, gradInput, workspace);
        }
    }

    /// <summary>Adds row i of (n, H) to the row of (N, H) that is sequence i's first token.</summary>
    private void AddToFirstTokens(ReadOnlySpan<float> rows, Span<float> tokens, Workspace workspace)
    {
        int hidden = _shape.Hidden;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            Span<float> token = tokens.Slice(workspace.Start(i) * hidden, hidden);
            TensorPrimitives.Add(token, rows.Slice(i * hidden, hidden), token);
        }
    }
}
