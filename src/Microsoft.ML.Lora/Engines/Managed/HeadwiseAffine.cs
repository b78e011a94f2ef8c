using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// A frozen projection W, (H, H), b, (H), head by head: W_h is the d = H/A rows of W that make head h's part of the output. It is applied
/// from either side, so that attention can do without keys and values (see <see cref="TokenAverage"/>).
/// </summary>
internal sealed class HeadwiseAffine
{
    private readonly Memory<float>[] _spreading;
    private readonly Memory<float>[] _gathering;
    private readonly float[] _bias;
    private readonly int _hidden;
    private readonly int _size;

    /// <param name="map">W and b.</param>
    /// <param name="heads">A.</param>
    /// <param name="spreads">Whether <see cref="Spread"/> will be wanted.</param>
    /// <param name="gathers">Whether <see cref="Gather"/> will be wanted.</param>
    public HeadwiseAffine(Affine map, int heads, bool spreads, bool gathers)
    {
        Heads = heads;
        _hidden = map.Out;
        _size = _hidden / heads;
        _bias = map.Bias;
        _spreading = spreads ? Pack(map.Weight.Values, _size, _hidden, PanelProduct.Pack) : [];
        _gathering = gathers ? Pack(map.Weight.Values, _hidden, _size, PanelProduct.PackTransposed) : [];
    }

    private delegate void Packing(ReadOnlySpan<float> matrix, int depth, int columns, Span<float> panels);

    /// <summary>A.</summary>
    public int Heads { get; }

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
                    input, rows, Heads * _hidden, _hidden, _gathering[head].Span, _size, _bias.AsSpan(head * _size, _size), output, _hidden);
            }
            else
            {
                PanelProduct.Multiply(input, rows, Heads * _hidden, _hidden, _gathering[head].Span, _size, output, _hidden);
            }
        }
    }

    private Memory<float>[] Pack(float[] weight, int depth, int columns, Packing pack)
    {
        var panels = new Memory<float>[Heads];
        for (int head = 0; head < Heads; head++)
        {
            panels[head] = AlignedMemory.Allocate(PanelProduct.PackedLength(depth, columns));
            pack(weight.AsSpan(head * _size * _hidden, _size * _hidden), depth, columns, panels[head].Span);
        }

        return panels;
    }
}
