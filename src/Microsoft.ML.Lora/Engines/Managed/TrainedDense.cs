using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>A trained dense layer, y = x Wᵀ + b. It reads W and b where they lie.</summary>
internal sealed class TrainedDense
{
    private readonly TrainedTensor _weight;
    private readonly TrainedTensor _bias;
    private readonly Memory<float> _trained;

    /// <param name="weight">W, (out, in).</param>
    /// <param name="bias">b, (out).</param>
    /// <param name="trained">The flat buffer that both lie in.</param>
    public TrainedDense(TrainedTensor weight, TrainedTensor bias, Memory<float> trained)
    {
        _weight = weight;
        _bias = bias;
        _trained = trained;
    }

    private int In => _weight.Shape[1];

    private int Out => _weight.Shape[0];

    /// <summary>y = x Wᵀ + b.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="y">(rows, out). Overwritten.</param>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y) =>
        DenseProduct.Forward(x, rows, In, _weight.In(_trained).Span, _bias.In(_trained).Span, Out, y);

    /// <summary>gradW += gradYᵀ x and gradb += Σ gradY; gradX = gradY W unless <paramref name="gradX"/> is empty.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="gradY">(rows, out).</param>
    /// <param name="gradX">(rows, in). Overwritten. Empty where nothing below is trained.</param>
    /// <param name="gradients">The flat gradient buffer. Accumulated into.</param>
    public void Backward(ReadOnlySpan<float> x, int rows, ReadOnlySpan<float> gradY, Span<float> gradX, Span<float> gradients)
    {
        DenseProduct.GradWeightAdd(gradY, rows, Out, x, In, _weight.In(gradients));
        DenseProduct.GradBiasAdd(gradY, rows, Out, _bias.In(gradients));
        if (!gradX.IsEmpty)
        {
            DenseProduct.GradInput(gradY, rows, Out, _weight.In(_trained).Span, In, gradX);
        }
    }
}
