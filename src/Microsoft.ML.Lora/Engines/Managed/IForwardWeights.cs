namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>The weights of an affine map, packed for the forward pass: y = x Wᵀ + b.</summary>
internal interface IForwardWeights
{
    /// <summary>Takes in weights in place of those before.</summary>
    /// <param name="weight">W, (out, in).</param>
    /// <param name="bias">b, (out).</param>
    void Pack(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias);

    /// <summary>y = x Wᵀ + b. A row's result depends on this row alone.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="y">(rows, out). Overwritten.</param>
    /// <param name="workspace">The chunk's memory.</param>
    void Multiply(ReadOnlySpan<float> x, int rows, Span<float> y, Workspace workspace);
}
