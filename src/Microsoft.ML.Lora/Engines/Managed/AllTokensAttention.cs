using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Attention of every token to every token of its sequence.</summary>
internal sealed class AllTokensAttention : IAttention
{
    private readonly AdaptedAffine _projections;
    private readonly EncoderShape _shape;
    private readonly GradientReach _reach;

    /// <param name="adapter">Packs the layer's matrices with their updates.</param>
    /// <param name="shape">The encoder's sizes.</param>
    public AllTokensAttention(LayerAdapter adapter, EncoderShape shape)
    {
        _projections = adapter.Adapt(GradientReach.Attention, LoraTargets.Query, LoraTargets.Key, LoraTargets.Value);
        _shape = shape;
        _reach = adapter.Reach;
    }

    /// <inheritdoc/>
    public RowBlock Rows(Workspace workspace) => workspace.TokenRows;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace)
    {
        int hidden = _shape.Hidden;
        Span<float> projections = layer.Projections.Span;
        Span<float> context = layer.Context.Span;
        _projections.Forward(input, workspace.TokenRows, projections, workspace);

        int done = 0;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            int start = workspace.Start(i);
            int length = workspace.Length(i);
            int weights = _shape.Heads * length * length;
            SelfAttention.Forward(
                projections.Slice(start * 3 * hidden, length * 3 * hidden),
                length,
                hidden,
                _shape.Heads,
                3 * hidden,
                layer.Probabilities.Span.Slice(done, weights),
                context.Slice(start * hidden, length * hidden));
            done += weights;
        }

        return input;
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace)
    {
        int hidden = _shape.Hidden;
        ReadOnlySpan<float> projections = layer.Projections.Span;
        ReadOnlySpan<float> gradContext = workspace.GradContext.Span;
        Span<float> gradProjections = workspace.GradProjections.Span;

        int done = 0;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            int start = workspace.Start(i);
            int length = workspace.Length(i);
            int weights = _shape.Heads * length * length;
            SelfAttention.Backward(
                projections.Slice(start * 3 * hidden, length * 3 * hidden),
                length,
                hidden,
                _shape.Heads,
                3 * hidden,
                layer.Probabilities.Span.Slice(done, weights),
                gradContext.Slice(start * hidden, length * hidden),
                gradProjections.Slice(start * 3 * hidden, length * 3 * hidden),
                workspace.AttentionScratch.Span);
            done += weights;
        }

        bool deeper = _reach > GradientReach.Attention;
        Span<float> gradInput = workspace.GradHidden.Span;
        _projections.Backward(input, workspace.TokenRows, gradProjections, deeper ? gradInput : [], workspace);
        if (deeper)
        {
            TensorPrimitives.Add(gradInput, workspace.GradMiddleSum.Span, gradInput);
        }
    }
}
