using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Storage;

/// <summary>Turns stored little-endian elements into fp32, exactly: every fp16 and bf16 value has an fp32 of the same value.</summary>
/// <remarks>
/// The loops over vectors are optimized when first called: this is the first thing that a process does with an encoder, and most of the time to
/// its first answer would go into their unoptimized form. TensorPrimitives, which does the same, starts with it.
/// </remarks>
internal static class StoredFloats
{
    private const int HalfMagnitude = 0x7FFF;
    private const int MantissaShift = 23 - 10;
    private const uint SmallestHalfInfinity = 0x7C00 << MantissaShift;
    private const uint SingleExponent = 0x7F800000;

    /// <summary>2¹¹²: what brings a binary16's exponent, read as a binary32's, to its value; subnormal numbers too.</summary>
    private const float ExponentCorrection = 5.192296858534828e33f;

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
                FromHalf(MemoryMarshal.Cast<byte, ushort>(stored), values);
                break;
            case ElementTypes.BFloat16:
                FromBFloat16(MemoryMarshal.Cast<byte, ushort>(stored), values);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(elementType), elementType, "F32, F16 or BF16 is wanted.");
        }
    }

    /// <summary>Whether no value is infinite or not a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AreFinite(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<uint> patterns = MemoryMarshal.Cast<float, uint>(values);
        Vector<uint> largest = Vector<uint>.Zero;
        int i = 0;
        for (; i <= patterns.Length - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            largest = Vector.Max(largest, new Vector<uint>(patterns[i..]) & new Vector<uint>((uint)int.MaxValue));
        }

        bool finite = Vector.LessThanAll(largest, new Vector<uint>(SingleExponent));
        for (; i < patterns.Length; i++)
        {
            finite &= float.IsFinite(values[i]);
        }

        return finite;
    }

    /// <summary>Number of bytes of an element.</summary>
    public static int SizeOf(string elementType) => elementType == ElementTypes.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Moves sign, exponent and mantissa to their places in a binary32, and corrects the exponent by a product, which is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FromHalf(ReadOnlySpan<ushort> stored, Span<float> values)
    {
        Span<uint> patterns = MemoryMarshal.Cast<float, uint>(values)[..stored.Length];
        int i = 0;
        for (; i <= stored.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(stored[i..]), out Vector<uint> low, out Vector<uint> high);
            FromHalf(low).CopyTo(patterns[i..]);
            FromHalf(high).CopyTo(patterns[(i + Vector<uint>.Count)..]);
        }

        for (; i < stored.Length; i++)
        {
            values[i] = (float)BitConverter.UInt16BitsToHalf(stored[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> FromHalf(Vector<uint> half)
    {
        Vector<uint> magnitude = (half & new Vector<uint>(HalfMagnitude)) << MantissaShift;
        Vector<uint> value = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) * new Vector<float>(ExponentCorrection));
        Vector<uint> notFinite = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(SmallestHalfInfinity));
        return value | (notFinite & new Vector<uint>(SingleExponent)) | ((half >> 15) << 31);
    }

    /// <summary>Moves each 16-bit pattern into the upper half of a binary32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
