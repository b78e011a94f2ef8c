using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// One or several affine maps of the same input, as one product y = x Wᵀ + b whose matrix is packed: once where the maps are frozen, after
/// every step where they are trained.
/// </summary>
internal sealed class PackedAffine : IPackedWeights
{
    private readonly AffineParameters[] _maps;
    private readonly IForwardWeights _forward;
    private readonly Memory<float> _backwardPanels;
    private readonly (float[] Weight, float[] Bias)? _stackRoom;

    /// <param name="maps">The maps, all trained or none; their outputs lie side by side in this order.</param>
    /// <param name="backward">Whether <see cref="Backward"/> will need gradX, and with it a second copy of the weights.</param>
    /// <param name="precision">What <see cref="Forward"/> computes in.</param>
    public PackedAffine(AffineParameters[] maps, bool backward, ScoringPrecision precision)
    {
        _maps = maps;
        In = maps[0].In;
        Out = maps.Sum(map => map.Out);
        IsTrained = maps[0].IsTrained;
        _forward = precision == ScoringPrecision.Int8 ? new ByteWeights(In, Out) : new FloatWeights(In, Out);
        _backwardPanels = backward ? AlignedMemory.Allocate(PanelProduct.PackedLength(Out, In)) : default;
        _stackRoom = IsTrained && maps.Length > 1 ? NewStackRoom() : null;
        Pack();
    }

    /// <summary>Length of x.</summary>
    public int In { get; }

    /// <summary>Length of y.</summary>
    public int Out { get; }

    /// <inheritdoc/>
    public bool IsTrained { get; }

    /// <inheritdoc/>
    public void Pack()
    {
        if (_maps is [AffineParameters only])
        {
            Pack(only.Weight.Values, only.Bias.Values);
            return;
        }

        (float[] weight, float[] bias) = _stackRoom ?? NewStackRoom();
        int row = 0;
        foreach (AffineParameters map in _maps)
        {
            map.Weight.Values.CopyTo(weight.AsSpan(row * In));
            map.Bias.Values.CopyTo(bias.AsSpan(row));
            row += map.Out;
        }

        Pack(weight, bias);
    }

    /// <summary>y = x Wᵀ + b.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="y">(rows, out). Overwritten.</param>
    /// <param name="workspace">The chunk's memory.</param>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, Workspace workspace) => _forward.Multiply(x, rows, y, workspace);

    /// <summary>gradX = gradY W unless <paramref name="gradX"/> is empty; where the maps are trained, their gradients are accumulated.</summary>
    /// <param name="x">(rows, in), as in <see cref="Forward"/>.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="gradY">(rows, out).</param>
    /// <param name="gradX">(rows, in). Overwritten. Empty where nothing below is trained.</param>
    public void Backward(ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradY, Span<float> gradX)
    {
        if (!gradX.IsEmpty)
        {
            PanelProduct.Multiply(gradY, rows.Count, Out, Out, _backwardPanels.Span, In, gradX, In);
        }

        if (IsTrained)
        {
            AddGradients(x, rows, gradY);
        }
    }

    private void AddGradients(ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradY)
    {
        int column = 0;
        foreach (AffineParameters map in _maps)
        {
            map.AddGradients(x, rows, gradY[column..], Out);
            column += map.Out;
        }
    }

    private void Pack(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        _forward.Pack(weight, bias);
        if (!_backwardPanels.IsEmpty)
        {
            PanelProduct.Pack(weight, Out, In, _backwardPanels.Span);
        }
    }

    private (float[] Weight, float[] Bias) NewStackRoom() => (new float[Out * In], new float[Out]);
}
