using System.Numerics.Tensors;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// y = x·Wᵀ + bias with a weight W (outputs, inputs) that is being trained, as in a classification head, and its gradients.
/// </summary>
/// <remarks>In <see cref="Forward"/> and <see cref="GradInput"/> the result of a row does not depend on the other rows.</remarks>
internal static unsafe class DenseProduct
{
    /// <summary>y = x·Wᵀ + bias.</summary>
    /// <param name="x">(rows, inputs).</param>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="inputs">Columns of x and W.</param>
    /// <param name="weight">W, (outputs, inputs).</param>
    /// <param name="bias">(outputs).</param>
    /// <param name="outputs">Rows of W, columns of y.</param>
    /// <param name="y">(rows, outputs). Overwritten.</param>
    public static void Forward(
        ReadOnlySpan<float> x, int rows, int inputs, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, int outputs, Span<float> y)
    {
        Extent.Check(bias.Length, 1, outputs, nameof(bias));
        ThinProduct.Down(x, rows, inputs, inputs, weight, outputs, y);
        for (int row = 0; row < rows; row++)
        {
            Span<float> result = y.Slice(row * outputs, outputs);
            TensorPrimitives.Add(result, bias[..outputs], result);
        }
    }

    /// <summary>gradX = gradY·W.</summary>
    /// <param name="gradY">(rows, outputs).</param>
    /// <param name="rows">Rows of gradY and gradX.</param>
    /// <param name="outputs">Rows of W, columns of gradY.</param>
    /// <param name="weight">W, (outputs, inputs).</param>
    /// <param name="inputs">Columns of W and gradX.</param>
    /// <param name="gradX">(rows, inputs). Overwritten.</param>
    public static void GradInput(
        ReadOnlySpan<float> gradY, int rows, int outputs, ReadOnlySpan<float> weight, int inputs, Span<float> gradX)
    {
        Extent.Check(gradY.Length, rows, outputs, nameof(gradY));
        Extent.Check(weight.Length, outputs, inputs, nameof(weight));
        Extent.Check(gradX.Length, rows, inputs, nameof(gradX));
        fixed (float* py = gradY, pw = weight, px = gradX)
        {
            TileTarget result = TileTarget.Overwriting(px, inputs);
            StridedProduct.Multiply(new Operand(py, outputs, 1), new Operand(pw, inputs, 1), result, rows, outputs, inputs);
        }
    }

    /// <summary>gradWeight += gradYᵀ·x, a sum over rows.</summary>
    /// <param name="gradY">(rows, outputs), rows <paramref name="gradYStride"/> apart.</param>
    /// <param name="rows">Rows of gradY and x.</param>
    /// <param name="gradYStride">Distance between rows of gradY, at least outputs.</param>
    /// <param name="outputs">Columns of gradY.</param>
    /// <param name="x">(rows, inputs).</param>
    /// <param name="inputs">Columns of x.</param>
    /// <param name="gradWeight">(outputs, inputs). Accumulated into.</param>
    public static void GradWeightAdd(
        ReadOnlySpan<float> gradY, int rows, int gradYStride, int outputs, ReadOnlySpan<float> x, int inputs, Span<float> gradWeight) =>
        ThinProduct.OuterAdd(gradY, rows, gradYStride, outputs, x, inputs, inputs, 1, gradWeight);

    /// <summary>gradBias += Σ over rows of gradY.</summary>
    /// <param name="gradY">(rows, outputs), rows <paramref name="gradYStride"/> apart.</param>
    /// <param name="rows">Rows of gradY.</param>
    /// <param name="gradYStride">Distance between rows of gradY, at least outputs.</param>
    /// <param name="outputs">Columns of gradY.</param>
    /// <param name="gradBias">(outputs). Accumulated into.</param>
    public static void GradBiasAdd(ReadOnlySpan<float> gradY, int rows, int gradYStride, int outputs, Span<float> gradBias)
    {
        Extent.Check(gradY.Length, rows, outputs, gradYStride, nameof(gradY));
        Extent.Check(gradBias.Length, 1, outputs, nameof(gradBias));
        Span<float> sum = gradBias[..outputs];
        for (int row = 0; row < rows; row++)
        {
            TensorPrimitives.Add(sum, gradY.Slice(row * gradYStride, outputs), sum);
        }
    }
}
