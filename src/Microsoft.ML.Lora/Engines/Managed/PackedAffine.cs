using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>One or several frozen affine maps of the same input, as one product y = x Wᵀ + b whose matrix is packed once.</summary>
internal sealed class PackedAffine
{
    private readonly Memory<float> _forwardPanels;
    private readonly Memory<float> _backwardPanels;
    private readonly float[] _bias;

    /// <param name="maps">The maps; their outputs lie side by side in this order.</param>
    /// <param name="backward">Whether <see cref="Backward"/> will be wanted, which needs a second copy of the weights.</param>
    public PackedAffine(ReadOnlySpan<Affine> maps, bool backward)
    {
        In = maps[0].In;
        float[] weight = Stack(maps, map => map.Weight.Values);
        _bias = Stack(maps, map => map.Bias);
        Out = _bias.Length;
        _forwardPanels = AlignedMemory.Allocate(PanelProduct.PackedLength(In, Out));
        PanelProduct.PackTransposed(weight, In, Out, _forwardPanels.Span);
        if (backward)
        {
            _backwardPanels = AlignedMemory.Allocate(PanelProduct.PackedLength(Out, In));
            PanelProduct.Pack(weight, Out, In, _backwardPanels.Span);
        }
    }

    /// <summary>Length of x.</summary>
    public int In { get; }

    /// <summary>Length of y.</summary>
    public int Out { get; }

    /// <summary>y = x Wᵀ + b.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="y">(rows, out). Overwritten.</param>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y) =>
        PanelProduct.MultiplyBias(x, rows, In, In, _forwardPanels.Span, Out, _bias, y, Out);

    /// <summary>gradX = gradY W.</summary>
    /// <param name="gradY">(rows, out).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="gradX">(rows, in). Overwritten.</param>
    public void Backward(ReadOnlySpan<float> gradY, int rows, Span<float> gradX) =>
        PanelProduct.Multiply(gradY, rows, Out, Out, _backwardPanels.Span, In, gradX, In);

    private static float[] Stack(ReadOnlySpan<Affine> maps, Func<Affine, float[]> part)
    {
        if (maps.Length == 1)
        {
            return part(maps[0]);
        }

        var stacked = new List<float>();
        foreach (Affine map in maps)
        {
            stacked.AddRange(part(map));
        }

        return [.. stacked];
    }
}
