using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>A trained dense layer, y = x Wᵀ + b, small enough to read W and b where they lie.</summary>
/// <param name="map">W and b.</param>
internal sealed class TrainedDense(AffineParameters map)
{
    /// <summary>y = x Wᵀ + b.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="y">(rows, out). Overwritten.</param>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y) =>
        DenseProduct.Forward(x, rows, map.In, map.Weight.Values, map.Bias.Values, map.Out, y);

    /// <summary>gradW += gradYᵀ x and gradb += Σ gradY; gradX = gradY W unless <paramref name="gradX"/> is empty.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">The rows; the gradients of W and b are accumulated into the buffers of their lanes.</param>
    /// <param name="gradY">(rows, out).</param>
    /// <param name="gradX">(rows, in). Overwritten. Empty where nothing below is trained.</param>
    public void Backward(ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradY, Span<float> gradX)
    {
        map.AddGradients(x, rows, gradY, map.Out);
        if (!gradX.IsEmpty)
        {
            DenseProduct.GradInput(gradY, rows.Count, map.Out, map.Weight.Values, map.In, gradX);
        }
    }
}
