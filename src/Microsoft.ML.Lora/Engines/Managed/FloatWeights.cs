using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Weights in single precision.</summary>
internal sealed class FloatWeights : IForwardWeights
{
    private readonly Memory<float> _panels;
    private readonly float[] _bias;
    private readonly int _in;

    /// <param name="weight">W, (out, in).</param>
    /// <param name="bias">b, (out).</param>
    public FloatWeights(float[] weight, float[] bias)
    {
        _bias = bias;
        _in = weight.Length / bias.Length;
        _panels = AlignedMemory.Allocate(PanelProduct.PackedLength(_in, bias.Length));
        PanelProduct.PackTransposed(weight, _in, bias.Length, _panels.Span);
    }

    /// <inheritdoc/>
    public void Multiply(ReadOnlySpan<float> x, int rows, Span<float> y, Workspace workspace) =>
        PanelProduct.MultiplyBias(x, rows, _in, _in, _panels.Span, _bias.Length, _bias, y, _bias.Length);
}
