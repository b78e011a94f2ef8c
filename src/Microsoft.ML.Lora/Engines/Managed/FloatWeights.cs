using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Weights in single precision.</summary>
internal sealed class FloatWeights : IForwardWeights
{
    private readonly Memory<float> _panels;
    private readonly float[] _bias;
    private readonly int _in;

    /// <summary>Room for a map whose weights are still to be packed.</summary>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    public FloatWeights(int inputs, int outputs)
    {
        _bias = new float[outputs];
        _in = inputs;
        _panels = AlignedMemory.Allocate(PanelProduct.PackedLength(inputs, outputs));
    }

    /// <inheritdoc/>
    public void Pack(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        bias.CopyTo(_bias);
        PanelProduct.PackTransposed(weight, _in, _bias.Length, _panels.Span);
    }

    /// <inheritdoc/>
    public void Multiply(ReadOnlySpan<float> x, int rows, Span<float> y, Workspace workspace) =>
        PanelProduct.MultiplyBias(x, rows, _in, _in, _panels.Span, _bias.Length, _bias, y, _bias.Length);
}
