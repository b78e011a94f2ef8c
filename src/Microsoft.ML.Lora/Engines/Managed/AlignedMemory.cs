using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Float memory that begins on a cache line and is never moved, so that vector loads of whole lines stay whole.</summary>
internal static class AlignedMemory
{
    /// <summary>Bytes of a cache line, and of the widest vector.</summary>
    private const int LineBytes = 64;

    /// <summary>Floats on a cache line.</summary>
    public const int LineFloats = LineBytes / sizeof(float);

    /// <summary>Memory of <paramref name="length"/> zeros.</summary>
    public static Memory<float> Allocate(int length)
    {
        float[] block = GC.AllocateArray<float>(checked(length + LineFloats - 1), pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(block, 0);
        int skipped = (int)(-address & (LineBytes - 1)) / sizeof(float);
        return block.AsMemory(skipped, length);
    }
}
