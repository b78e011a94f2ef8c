using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Storage;

/// <summary>Turns stored little-endian elements into fp32, exactly: every fp16 and bf16 value has an fp32 of the same value.</summary>
internal static class StoredFloats
{
    /// <summary>Converts elements of any readable type.</summary>
    /// <param name="elementType">F32, F16 or BF16.</param>
    /// <param name="stored">The elements' bytes, at any alignment.</param>
    /// <param name="values">One per element. Overwritten.</param>
    public static void Convert(string elementType, ReadOnlySpan<byte> stored, Span<float> values)
    {
        switch (elementType)
        {
            case ElementTypes.Float32:
                MemoryMarshal.Cast<byte, float>(stored).CopyTo(values);
                break;
            case ElementTypes.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(stored), values);
                break;
            case ElementTypes.BFloat16:
                FromBFloat16(MemoryMarshal.Cast<byte, ushort>(stored), values);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(elementType), elementType, "F32, F16 or BF16 is wanted.");
        }
    }

    /// <summary>Number of bytes of an element.</summary>
    public static int SizeOf(string elementType) => elementType == ElementTypes.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Moves each 16-bit pattern into the upper half of a binary32.</summary>
    private static void FromBFloat16(ReadOnlySpan<ushort> stored, Span<float> values)
    {
        Span<uint> patterns = MemoryMarshal.Cast<float, uint>(values)[..stored.Length];
        int i = 0;
        for (; i <= stored.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(stored[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).CopyTo(patterns[i..]);
            (high << 16).CopyTo(patterns[(i + Vector<uint>.Count)..]);
        }

        for (; i < stored.Length; i++)
        {
            patterns[i] = (uint)stored[i] << 16;
        }
    }
}
