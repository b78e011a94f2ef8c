namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>An affine map, frozen or trained itself, with the low-rank updates that lie on its outputs, if any.</summary>
internal sealed class AdaptedAffine
{
    private readonly PackedAffine _map;
    private readonly LowRankUpdate[] _updates;

    /// <param name="map">The map.</param>
    /// <param name="updates">Each adds to its own columns of the output.</param>
    public AdaptedAffine(PackedAffine map, LowRankUpdate[] updates)
    {
        _map = map;
        _updates = updates;
    }

    /// <summary>y = x Wᵀ + b, plus the updates.</summary>
    /// <param name="x">(rows, in).</param>
    /// <param name="rows">The rows.</param>
    /// <param name="y">(rows, out). Overwritten.</param>
    /// <param name="workspace">Keeps what the updates' gradients need.</param>
    public void Forward(ReadOnlySpan<float> x, RowBlock rows, Span<float> y, Workspace workspace)
    {
        _map.Forward(x, rows.Count, y, workspace);
        foreach (LowRankUpdate update in _updates)
        {
            update.Forward(x, rows, y, _map.Out, workspace);
        }
    }

    /// <summary>The gradients of all that is trained here, and of x unless <paramref name="gradX"/> is empty.</summary>
    /// <param name="x">(rows, in), as in <see cref="Forward"/>.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="gradY">(rows, out).</param>
    /// <param name="gradX">(rows, in). Overwritten. Empty where nothing below is trained.</param>
    /// <param name="workspace">The one of <see cref="Forward"/>; gradients of what is trained are accumulated into its lanes' buffers.</param>
    public void Backward(ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradY, Span<float> gradX, Workspace workspace)
    {
        _map.Backward(x, rows, gradY, gradX);
        foreach (LowRankUpdate update in _updates)
        {
            update.Backward(x, rows, gradY, _map.Out, gradX, workspace);
        }
    }
}
