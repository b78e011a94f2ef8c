using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Tests.Storage;

/// <summary>A tensor as bytes, for files that the product itself would not write.</summary>
internal sealed record RawTensor(string Name, string ElementType, IReadOnlyList<long> Shape, byte[] Data)
{
    public static RawTensor OfFloats(string name, IReadOnlyList<long> shape, params float[] values) =>
        new(name, "F32", shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>The same values in another element type, F16 or BF16; they must be exact in it.</summary>
    public RawTensor As(string elementType)
    {
        float[] values = MemoryMarshal.Cast<byte, float>(Data).ToArray();
        ushort[] patterns = elementType switch
        {
            "F16" => [.. values.Select(value => BitConverter.HalfToUInt16Bits((Half)value))],
            "BF16" => [.. values.Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))],
            _ => throw new ArgumentOutOfRangeException(nameof(elementType), elementType, "F16 or BF16 is wanted."),
        };
        return this with { ElementType = elementType, Data = MemoryMarshal.AsBytes(patterns.AsSpan()).ToArray() };
    }
}
