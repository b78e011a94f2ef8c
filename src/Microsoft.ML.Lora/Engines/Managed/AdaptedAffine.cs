namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>A frozen affine map with the low-rank updates that lie on its outputs, if any.</summary>
internal sealed class AdaptedAffine
{
    private readonly PackedAffine _frozen;
    private readonly LowRankUpdate[] _updates;

    /// <param name="frozen">The frozen map.</param>
    /// <param name="updates">Each adds to its own columns of the output.</param>
    public AdaptedAffine(PackedAffine frozen, LowRankUpdate[] updates)
    {
        _frozen = frozen;
        _updates = updates;
    }

    /// <summary>y = x Wᵀ + b, plus the updates.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">The rows.</param>
    /// <param name="y">(rows, out). Overwritten.</param>
    /// <param name="workspace">Keeps what the updates' gradients need.</param>
    public void Forward(ReadOnlySpan<float> x, RowBlock rows, Span<float> y, Workspace workspace)
    {
        _frozen.Forward(x, rows.Count, y, workspace);
        foreach (LowRankUpdate update in _updates)
        {
            update.Forward(x, rows, y, _frozen.Out, workspace);
        }
    }

    /// <summary>The gradients of the updates' factors, and of x unless <paramref name="gradX"/> is empty.</summary>
    /// <param name="x">(rows, in), as in <see cref="Forward"/>.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="gradY">(rows, out).</param>
    /// <param name="gradX">(rows, in). Overwritten. Empty where nothing below is trained.</param>
    /// <param name="workspace">The one of <see cref="Forward"/>; the factors' gradients are accumulated into its gradient buffer.</param>
    public void Backward(ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradY, Span<float> gradX, Workspace workspace)
    {
        if (!gradX.IsEmpty)
        {
            _frozen.Backward(gradY, rows.Count, gradX);
        }

        foreach (LowRankUpdate update in _updates)
        {
            update.Backward(x, rows, gradY, _frozen.Out, gradX, workspace);
        }
    }
}
