using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// The part of a layer behind attention, each row by itself: middle = LN(residual + context Wᵀ), output = LN(middle + act(middle W₁ᵀ) W₂ᵀ),
/// biases and updates included. M rows, H hidden, F feed-forward.
/// </summary>
internal sealed class TokenwiseBlock
{
    private readonly AdaptedAffine _attentionOutput;
    private readonly AdaptedAffine _feedForwardIn;
    private readonly AdaptedAffine _feedForwardOut;
    private readonly Normalization _middleNorm;
    private readonly Normalization _outputNorm;
    private readonly EncoderShape _shape;
    private readonly GradientReach _reach;

    /// <param name="adapter">Packs the layer's matrices with their updates.</param>
    /// <param name="layer">The layer's weights.</param>
    /// <param name="shape">The encoder's sizes.</param>
    public TokenwiseBlock(LayerAdapter adapter, LayerWeights layer, EncoderShape shape)
    {
        _shape = shape;
        _reach = adapter.Reach;
        _attentionOutput = adapter.Adapt(GradientReach.AttentionOutput, LoraTargets.AttentionOutput);
        _feedForwardIn = adapter.Adapt(GradientReach.FeedForwardIn, LoraTargets.FeedForwardIn);
        _feedForwardOut = adapter.Adapt(GradientReach.FeedForwardOut, LoraTargets.FeedForwardOut);
        _middleNorm = layer.AttentionNorm;
        _outputNorm = layer.OutputNorm;
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
        AddAndNormalize(middleSum, residual, rows.Count, _middleNorm, middle, layer.MiddleMean.Span, layer.MiddleInverse.Span);

        Span<float> outputSum = layer.OutputSum.Span;
        _feedForwardIn.Forward(middle, rows, layer.Preactivation.Span, workspace);
        Activate(layer.Preactivation.Span, layer.Activated.Span);
        _feedForwardOut.Forward(layer.Activated.Span, rows, outputSum, workspace);
        AddAndNormalize(outputSum, middle, rows.Count, _outputNorm, layer.Output.Span, layer.OutputMean.Span, layer.OutputInverse.Span);
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

        LayerNorm.Backward(
            gradOutput, layer.OutputSum.Span, rows.Count, _shape.Hidden, _outputNorm.Gain, layer.OutputMean.Span, layer.OutputInverse.Span,
            gradOutputSum);
        bool deeper = _reach > GradientReach.FeedForwardOut;
        _feedForwardOut.Backward(layer.Activated.Span, rows, gradOutputSum, deeper ? gradActivated : [], workspace);
        if (!deeper)
        {
            return;
        }

        ActivateBackward(layer.Preactivation.Span, gradActivated);
        deeper = _reach > GradientReach.FeedForwardIn;
        _feedForwardIn.Backward(layer.Middle.Span, rows, gradActivated, deeper ? gradMiddle : [], workspace);
        if (!deeper)
        {
            return;
        }

        TensorPrimitives.Add(gradMiddle, gradOutputSum, gradMiddle);
        LayerNorm.Backward(
            gradMiddle, layer.MiddleSum.Span, rows.Count, _shape.Hidden, _middleNorm.Gain, layer.MiddleMean.Span, layer.MiddleInverse.Span,
            gradMiddle);
        deeper = _reach > GradientReach.AttentionOutput;
        _attentionOutput.Backward(layer.Context.Span, rows, gradMiddle, deeper ? gradContext : [], workspace);
    }

    /// <summary>sum += residual; y = LN(sum).</summary>
    private void AddAndNormalize(
        Span<float> sum, ReadOnlySpan<float> residual, int rows, Normalization norm,
        Span<float> y, Span<float> mean, Span<float> inverse) =>
        LayerNorm.ForwardResidual(sum, residual, rows, _shape.Hidden, norm.Gain, norm.Bias, _shape.NormEpsilon, sum, y, mean, inverse);

    private void Activate(ReadOnlySpan<float> x, Span<float> y)
    {
        switch (_shape.Activation)
        {
            case Activation.Gelu:
                Gelu.Forward(x, y);
                break;
            case Activation.GeluTanh:
                GeluTanh.Forward(x, y);
                break;
            case Activation.Relu:
                Relu.Forward(x, y);
                break;
            default:
                throw new InvalidOperationException($"The activation {_shape.Activation} was let through, but is not computed here.");
        }
    }

    /// <summary>Turns the gradient of y = act(x) into that of x, in place.</summary>
    private void ActivateBackward(ReadOnlySpan<float> x, Span<float> gradient)
    {
        switch (_shape.Activation)
        {
            case Activation.Gelu:
                Gelu.Backward(x, gradient, gradient);
                break;
            case Activation.GeluTanh:
                GeluTanh.Backward(x, gradient, gradient);
                break;
            case Activation.Relu:
                Relu.Backward(x, gradient, gradient);
                break;
            default:
                throw new InvalidOperationException($"The activation {_shape.Activation} was let through, but is not computed here.");
        }
    }
}
