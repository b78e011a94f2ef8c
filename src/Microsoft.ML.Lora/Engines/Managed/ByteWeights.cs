using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Weights in eight bits, with a scale for each output. The input is rounded to eight bits too, row by row, as it comes.</summary>
internal sealed class ByteWeights : IForwardWeights
{
    /// <summary>Rows that are rounded in one go: few enough to stay in the second-level cache while all weights pass by.</summary>
    private const int RowBlock = 96;

    private readonly Memory<float> _panels;
    private readonly float[] _bias;
    private readonly int _in;

    /// <summary>Room for a map whose weights are still to be packed.</summary>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    public ByteWeights(int inputs, int outputs)
    {
        _bias = new float[outputs];
        _in = inputs;
        _panels = AlignedMemory.Allocate(ByteProduct.PackedLength(inputs, outputs));
    }

    /// <summary>Floats that a workspace needs as room for rounded rows, and for their scales.</summary>
    /// <param name="columns">The most numbers of a row.</param>
    public static (int Bytes, int Scales) RoomLengths(int columns) => (RowBlock * RowQuantization.Stride(columns) / sizeof(float), RowBlock);

    /// <inheritdoc/>
    public void Pack(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias)
    {
        bias.CopyTo(_bias);
        ByteProduct.PackTransposed(weight, _in, _bias.Length, MemoryMarshal.Cast<float, int>(_panels.Span));
    }

    /// <inheritdoc/>
    public void Multiply(ReadOnlySpan<float> x, int rows, Span<float> y, Workspace workspace)
    {
        ReadOnlySpan<int> panels = MemoryMarshal.Cast<float, int>(_panels.Span);
        Span<byte> bytes = MemoryMarshal.AsBytes(workspace.RoundedRows.Span);
        Span<float> scales = workspace.RowScales.Span;
        for (int first = 0; first < rows; first += RowBlock)
        {
            int count = Math.Min(RowBlock, rows - first);
            RowQuantization.Quantize(x[(first * _in)..], count, _in, bytes, scales);
            ByteProduct.MultiplyBias(bytes, scales, count, _in, panels, _bias.Length, _bias, y[(first * _bias.Length)..], _bias.Length);
        }
    }
}
