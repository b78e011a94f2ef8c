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
    /// <param name="rows">The rows; the gradients of W and b are accumulated into the buffers of their lanes.</param>
    /// <param name="gradY">(rows, out).</param>
    /// <param name="gradX">(rows, in). Overwritten. Empty where nothing below is trained.</param>
    public void Backward(ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradY, Span<float> gradX)
    {
        foreach (LaneRows lane in rows.Lanes.Span)
        {
            ReadOnlySpan<float> gradLane = gradY.Slice(lane.Start * Out, lane.Count * Out);
            Span<float> gradients = lane.Gradients.Span;
            DenseProduct.GradWeightAdd(gradLane, lane.Count, Out, x[(lane.Start * In)..], In, _weight.In(gradients));
            DenseProduct.GradBiasAdd(gradLane, lane.Count, Out, _bias.In(gradients));
        }

        if (!gradX.IsEmpty)
        {
            DenseProduct.GradInput(gradY, rows.Count, Out, _weight.In(_trained).Span, In, gradX);
        }
    }
}
