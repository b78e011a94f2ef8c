using System.Numerics.Tensors;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// The part of a layer behind attention, each row by itself: middle = LN(residual + context Wᵀ), output = LN(middle + act(middle W₁ᵀ) W₂ᵀ),
/// biases, updates and bottlenecks included. M rows, H hidden, F feed-forward.
/// </summary>
internal sealed class TokenwiseBlock
{
    private readonly AdaptedAffine _attentionOutput;
    private readonly AdaptedAffine _feedForwardIn;
    private readonly AdaptedAffine _feedForwardOut;
    private readonly Normalizer _middleNorm;
    private readonly Normalizer _outputNorm;
    private readonly Bottleneck? _attentionBottleneck;
    private readonly Bottleneck? _feedForwardBottleneck;
    private readonly Bottleneck? _layerBottleneck;
    private readonly EncoderShape _shape;
    private readonly GradientReach _reach;

    /// <param name="adapter">Makes the parts.</param>
    /// <param name="shape">The encoder's sizes.</param>
    public TokenwiseBlock(LayerAdapter adapter, EncoderShape shape)
    {
        _shape = shape;
        _reach = adapter.Reach;
        _attentionOutput = adapter.Adapt(GradientReach.AttentionOutput, LoraTargets.AttentionOutput);
        _feedForwardIn = adapter.Adapt(GradientReach.FeedForwardIn, LoraTargets.FeedForwardIn);
        _feedForwardOut = adapter.Adapt(GradientReach.FeedForwardOut, LoraTargets.FeedForwardOut);
        _middleNorm = adapter.AttentionNorm;
        _outputNorm = adapter.OutputNorm;
        _attentionBottleneck = adapter.BottleneckAt(BottleneckPlace.AttentionOutput);
        _feedForwardBottleneck = adapter.BottleneckAt(BottleneckPlace.FeedForwardOut);
        _layerBottleneck = adapter.BottleneckAt(BottleneckPlace.LayerOutput);
    }

    /// <summary>From attention's context to the layer's output.</summary>
    /// <param name="residual">(M, H).</param>
    /// <param name="rows">M rows.</param>
    /// <param name="layer">Holds the context; all from <see cref="LayerActivations.MiddleSum"/> on is overwritten.</param>
    /// <param name="workspace">The chunk's memory.</param>
    public void Forward(ReadOnlySpan<float> residual, RowBlock rows, LayerActivations layer, Workspace workspace)
    {
        Span<float> middleSum = layer.MiddleSum.Span;
        Span<float> middle = layer.Middle.Span;
        _attentionOutput.Forward(layer.Context.Span, rows, middleSum, workspace);
        _attentionBottleneck?.Forward(middleSum, rows.Count, layer.Bottleneck(BottleneckPlace.AttentionOutput));
        _middleNorm.AddAndForward(middleSum, residual, rows.Count, middle, layer.MiddleMean.Span, layer.MiddleInverse.Span);

        Span<float> outputSum = layer.OutputSum.Span;
        _feedForwardIn.Forward(middle, rows, layer.Preactivation.Span, workspace);
        Nonlinearity.Forward(_shape.Activation, layer.Preactivation.Span, layer.Activated.Span);
        _feedForwardOut.Forward(layer.Activated.Span, rows, outputSum, workspace);
        _feedForwardBottleneck?.Forward(outputSum, rows.Count, layer.Bottleneck(BottleneckPlace.FeedForwardOut));
        _outputNorm.AddAndForward(outputSum, middle, rows.Count, layer.Output.Span, layer.OutputMean.Span, layer.OutputInverse.Span);
        _layerBottleneck?.Forward(layer.Output.Span, rows.Count, layer.Bottleneck(BottleneckPlace.LayerOutput));
    }

    /// <summary>
    /// From the gradient of the layer's output to those of the context and of the residual, as far as anything trained needs them.
    /// </summary>
    /// <param name="gradOutput">(M, H).</param>
    /// <param name="rows">M rows.</param>
    /// <param name="layer">As <see cref="Forward"/> left it.</param>
    /// <param name="workspace">
    /// <see cref="Workspace.GradContext"/> and, for the residual, <see cref="Workspace.GradMiddleSum"/> are overwritten.
    /// </param>
    public void Backward(ReadOnlySpan<float> gradOutput, RowBlock rows, LayerActivations layer, Workspace workspace)
    {
        int hidden = rows.Count * _shape.Hidden;
        Span<float> gradOutputSum = workspace.GradOutputSum.Span[..hidden];
        Span<float> gradActivated = workspace.GradActivated.Span[..(rows.Count * _shape.FeedForward)];
        Span<float> gradMiddle = workspace.GradMiddleSum.Span[..hidden];
        Span<float> gradContext = workspace.GradContext.Span[..hidden];

        gradOutput = Through(_layerBottleneck, BottleneckPlace.LayerOutput, gradOutput, rows, layer, workspace);
        if (_reach == GradientReach.Output)
        {
            return;
        }

        _outputNorm.Backward(gradOutput, layer.OutputSum.Span, rows, layer.OutputMean.Span, layer.OutputInverse.Span, gradOutputSum);
        bool deeper = _reach > GradientReach.FeedForwardOut;
        _feedForwardOut.Backward(
            layer.Activated.Span, rows,
            Through(_feedForwardBottleneck, BottleneckPlace.FeedForwardOut, gradOutputSum, rows, layer, workspace),
            deeper ? gradActivated : [], workspace);
        if (!deeper)
        {
            return;
        }

        Nonlinearity.Backward(_shape.Activation, layer.Preactivation.Span, gradActivated);
        deeper = _reach > GradientReach.FeedForwardIn;
        _feedForwardIn.Backward(layer.Middle.Span, rows, gradActivated, deeper ? gradMiddle : [], workspace);
        if (!deeper)
        {
            return;
        }

        TensorPrimitives.Add(gradMiddle, gradOutputSum, gradMiddle);
        _middleNorm.Backward(gradMiddle, layer.MiddleSum.Span, rows, layer.MiddleMean.Span, layer.MiddleInverse.Span, gradMiddle);
        deeper = _reach > GradientReach.AttentionOutput;
        _attentionOutput.Backward(
            layer.Context.Span, rows,
            Through(_attentionBottleneck, BottleneckPlace.AttentionOutput, gradMiddle, rows, layer, workspace),
            deeper ? gradContext : [], workspace);
    }

    /// <summary>The gradient behind a place of the layer turned into that before it.</summary>
    private static ReadOnlySpan<float> Through(
        Bottleneck? bottleneck, BottleneckPlace place, ReadOnlySpan<float> gradient, RowBlock rows, LayerActivations layer, Workspace workspace) =>
        bottleneck is null ? gradient : bottleneck.Backward(gradient, rows, layer.Bottleneck(place), workspace);
}
