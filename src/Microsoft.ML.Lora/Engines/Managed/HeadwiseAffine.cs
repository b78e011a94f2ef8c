using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// A projection W, (H, H), b, (H), head by head: W_h is the d = H/A rows of W that make head h's part of the output. It is applied
/// from either side, so that attention can do without keys and values (see <see cref="TokenAverage"/>).
/// </summary>
internal sealed class HeadwiseAffine : IPackedWeights
{
    private readonly Memory<float>[] _spreading;
    private readonly Memory<float>[] _gathering;
    private readonly AffineParameters _map;
    private readonly int _hidden;
    private readonly int _size;

    /// <param name="map">W and b.</param>
    /// <param name="heads">A.</param>
    /// <param name="spreads">Whether <see cref="Spread"/> will be wanted.</param>
    /// <param name="gathers">Whether <see cref="Gather"/> will be wanted.</param>
    public HeadwiseAffine(AffineParameters map, int heads, bool spreads, bool gathers)
    {
        Heads = heads;
        _hidden = map.Out;
        _size = _hidden / heads;
        _map = map;
        _spreading = spreads ? Panels(_size, _hidden) : [];
        _gathering = gathers ? Panels(_hidden, _size) : [];
        Pack();
    }

    /// <summary>A.</summary>
    public int Heads { get; }

    /// <inheritdoc/>
    public bool IsTrained => _map.IsTrained;

    /// <inheritdoc/>
    public void Pack()
    {
        for (int head = 0; head < _spreading.Length; head++)
        {
            PanelProduct.Pack(PartOf(_map.Weight.Values, head), _size, _hidden, _spreading[head].Span);
        }

        for (int head = 0; head < _gathering.Length; head++)
        {
            PanelProduct.PackTransposed(PartOf(_map.Weight.Values, head), _hidden, _size, _gathering[head].Span);
        }
    }

    /// <summary>y_h = x_h · W_h: each head's part of x back in terms of W's input.</summary>
    /// <param name="x">(rows, H), head beside head.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="y">(rows, A, H). Overwritten.</param>
    public void Spread(ReadOnlySpan<float> x, int rows, Span<float> y)
    {
        for (int head = 0; head < Heads && rows > 0; head++)
        {
            PanelProduct.Multiply(
                x[(head * _size)..], rows, _hidden, _size, _spreading[head].Span, _hidden, y[(head * _hidden)..], Heads * _hidden);
        }
    }

    /// <summary>y_h = x_h · W_hᵀ, and + b_h if <paramref name="withBias"/>: the map itself with an input for each head.</summary>
    /// <param name="x">(rows, A, H).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="withBias">Whether the bias is added.</param>
    /// <param name="y">(rows, H), head beside head. Overwritten.</param>
    public void Gather(ReadOnlySpan<float> x, int rows, bool withBias, Span<float> y)
    {
        for (int head = 0; head < Heads && rows > 0; head++)
        {
            ReadOnlySpan<float> input = x[(head * _hidden)..];
            Span<float> output = y[(head * _size)..];
            if (withBias)
            {
                PanelProduct.MultiplyBias(
                    input, rows, Heads * _hidden, _hidden, _gathering[head].Span, _size, _map.Bias.Values.Slice(head * _size, _size), output, _hidden);
            }
            else
            {
                PanelProduct.Multiply(input, rows, Heads * _hidden, _hidden, _gathering[head].Span, _size, output, _hidden);
            }
        }
    }

    /// <summary>Where W is trained, gradW_h += Σ over rows of narrow_hᵀ wide_h, lane by lane.</summary>
    /// <param name="narrow">(rows, H), head beside head: what <see cref="Spread"/> took, or the gradient of what <see cref="Gather"/> gave.</param>
    /// <param name="wide">(rows, A, H): the gradient of what <see cref="Spread"/> gave, or what <see cref="Gather"/> took.</param>
    /// <param name="rows">The rows.</param>
    public void AddWeightGradient(ReadOnlySpan<float> narrow, ReadOnlySpan<float> wide, RowBlock rows)
    {
        foreach (LaneRows lane in IsTrained ? rows.Lanes.Span : [])
        {
            for (int head = 0; head < Heads && lane.Count > 0; head++)
            {
                ThinProduct.OuterAdd(
                    narrow[((lane.Start * _hidden) + (head * _size))..], lane.Count, _hidden, _size,
                    wide[((lane.Start * Heads * _hidden) + (head * _hidden))..], Heads * _hidden, _hidden, 1,
                    PartOf(_map.Weight.GradientIn(lane), head));
            }
        }
    }

    /// <summary>Where b is trained, gradb += Σ over rows of gradY, lane by lane.</summary>
    /// <param name="gradY">(rows, H).</param>
    /// <param name="rows">The rows.</param>
    public void AddBiasGradient(ReadOnlySpan<float> gradY, RowBlock rows)
    {
        foreach (LaneRows lane in IsTrained ? rows.Lanes.Span : [])
        {
            DenseProduct.GradBiasAdd(gradY[(lane.Start * _hidden)..], lane.Count, _hidden, _hidden, _map.Bias.GradientIn(lane));
        }
    }

    private ReadOnlySpan<float> PartOf(ReadOnlySpan<float> matrix, int head) => matrix.Slice(head * _size * _hidden, _size * _hidden);

    private Span<float> PartOf(Span<float> matrix, int head) => matrix.Slice(head * _size * _hidden, _size * _hidden);

    private Memory<float>[] Panels(int depth, int columns) =>
        [.. Enumerable.Range(0, Heads).Select(_ => AlignedMemory.Allocate(PanelProduct.PackedLength(depth, columns)))];
}
