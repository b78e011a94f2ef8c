using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>The tensors of an affine map y = x Wᵀ + b, both trained or neither.</summary>
/// <param name="Weight">W, (out, in).</param>
/// <param name="Bias">b, (out).</param>
/// <param name="In">Length of x.</param>
/// <param name="Out">Length of y.</param>
internal readonly record struct AffineParameters(Parameter Weight, Parameter Bias, int In, int Out)
{
    /// <summary>Whether they change from step to step, and need gradients.</summary>
    public bool IsTrained => Weight.IsTrained;

    /// <summary>gradW += gradYᵀ x and gradb += Σ gradY, lane by lane.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">The rows.</param>
    /// <param name="gradY">(rows, out), rows <paramref name="gradYStride"/> apart.</param>
    /// <param name="gradYStride">Distance between rows of gradY.</param>
    public void AddGradients(ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradY, int gradYStride)
    {
        foreach (LaneRows lane in rows.Lanes.Span)
        {
            if (lane.Count > 0)
            {
                ReadOnlySpan<float> gradLane = gradY[(lane.Start * gradYStride)..];
                DenseProduct.GradWeightAdd(gradLane, lane.Count, gradYStride, Out, x[(lane.Start * In)..], In, Weight.GradientIn(lane));
                DenseProduct.GradBiasAdd(gradLane, lane.Count, gradYStride, Out, Bias.GradientIn(lane));
            }
        }
    }
}
