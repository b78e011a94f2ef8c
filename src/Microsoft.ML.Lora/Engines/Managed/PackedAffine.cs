using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>One or several frozen affine maps of the same input, as one product y = x Wᵀ + b whose matrix is packed once.</summary>
internal sealed class PackedAffine
{
    private readonly IForwardWeights _forward;
    private readonly Memory<float> _backwardPanels;

    /// <param name="maps">The maps; their outputs lie side by side in this order.</param>
    /// <param name="backward">Whether <see cref="Backward"/> will be wanted, which needs a second copy of the weights.</param>
    /// <param name="precision">What <see cref="Forward"/> computes in.</param>
    public PackedAffine(ReadOnlySpan<Affine> maps, bool backward, ScoringPrecision precision)
    {
        In = maps[0].In;
        float[] weight = Stack(maps, map => map.Weight.Values);
        float[] bias = Stack(maps, map => map.Bias);
        Out = bias.Length;
        _forward = precision == ScoringPrecision.Int8 ? new ByteWeights(weight, bias) : new FloatWeights(weight, bias);
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
    /// <param name="workspace">The chunk's memory.</param>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, Workspace workspace) => _forward.Multiply(x, rows, y, workspace);

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
