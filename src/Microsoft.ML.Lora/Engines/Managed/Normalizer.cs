using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>A LayerNorm over rows of hidden numbers, its gain and bias trained or not.</summary>
/// <param name="gain">(hidden).</param>
/// <param name="bias">(hidden).</param>
/// <param name="shape">The encoder's sizes.</param>
internal sealed class Normalizer(Parameter gain, Parameter bias, EncoderShape shape)
{
    /// <summary>y = LN(x).</summary>
    /// <param name="x">(rows, hidden).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="y">(rows, hidden). Overwritten; may be x itself if no gradient is wanted.</param>
    /// <param name="mean">(rows). Overwritten.</param>
    /// <param name="inverse">(rows), the inverse standard deviations. Overwritten.</param>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, Span<float> mean, Span<float> inverse) =>
        LayerNorm.Forward(x, rows, shape.Hidden, gain.Values, bias.Values, shape.NormEpsilon, y, mean, inverse);

    /// <summary>sum += residual; y = LN(sum).</summary>
    /// <param name="sum">(rows, hidden). Updated.</param>
    /// <param name="residual">(rows, hidden).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="y">(rows, hidden). Overwritten.</param>
    /// <param name="mean">(rows). Overwritten.</param>
    /// <param name="inverse">(rows), the inverse standard deviations. Overwritten.</param>
    public void AddAndForward(
        Span<float> sum, ReadOnlySpan<float> residual, int rows, Span<float> y, Span<float> mean, Span<float> inverse) =>
        LayerNorm.ForwardResidual(sum, residual, rows, shape.Hidden, gain.Values, bias.Values, shape.NormEpsilon, sum, y, mean, inverse);

    /// <summary>The gradient of what was normalised; where gain and bias are trained, theirs are accumulated lane by lane.</summary>
    /// <param name="gradY">(rows, hidden).</param>
    /// <param name="sum">(rows, hidden), what was normalised.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="mean">(rows), as the forward pass left it.</param>
    /// <param name="inverse">(rows), as the forward pass left it.</param>
    /// <param name="gradSum">(rows, hidden). Overwritten; may be gradY itself.</param>
    public void Backward(
        ReadOnlySpan<float> gradY, ReadOnlySpan<float> sum, RowBlock rows, ReadOnlySpan<float> mean, ReadOnlySpan<float> inverse,
        Span<float> gradSum)
    {
        if (gain.IsTrained)
        {
            AddGradients(gradY, sum, rows, mean, inverse);
        }

        LayerNorm.Backward(gradY, sum, rows.Count, shape.Hidden, gain.Values, mean, inverse, gradSum);
    }

    private void AddGradients(
        ReadOnlySpan<float> gradY, ReadOnlySpan<float> sum, RowBlock rows, ReadOnlySpan<float> mean, ReadOnlySpan<float> inverse)
    {
        foreach (LaneRows lane in rows.Lanes.Span)
        {
            int first = lane.Start * shape.Hidden;
            NormGradients.Add(
                gradY[first..], sum[first..], lane.Count, shape.Hidden, mean[lane.Start..], inverse[lane.Start..],
                gain.GradientIn(lane), bias.GradientIn(lane));
        }
    }
}
