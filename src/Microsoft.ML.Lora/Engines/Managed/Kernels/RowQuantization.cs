using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// Rows of floats as whole numbers from −127 to 127 with a scale for each row: x ≈ scale · q, scale = max|x| / 127,
/// q = round(x / scale), half to even. A number is kept as the byte q + 128, which is what <see cref="ByteProduct"/> reads.
/// </summary>
/// <remarks>
/// |x − scale · q| ≤ scale / 2, up to rounding in single precision. The scale is never below 2⁻¹⁰⁰, so that its inverse is finite and a
/// row of zeros or denormals needs no special case. A row with NaN or ∞ in it has the scale NaN and zeros for numbers: whatever is computed from
/// it is NaN. A row's bytes and scale depend on this row alone, and are the same with and without vectors.
/// </remarks>
internal static unsafe class RowQuantization
{
    /// <summary>The byte that stands for 0.</summary>
    public const byte Zero = 128;

    /// <summary>The largest q; −127 is the smallest.</summary>
    public const int Largest = 127;

    /// <summary>2⁻¹⁰⁰.</summary>
    private const float SmallestScale = 1f / (1L << 50) / (1L << 50);

    /// <summary>Bytes that a product takes in at once: rows are filled up to a multiple of it.</summary>
    private const int Group = 4;

    /// <summary>Numbers that are turned into bytes at once.</summary>
    private const int Block = 32;

    /// <summary>The bits of ∞ as a float; those of NaN without its sign are above, those of finite numbers below.</summary>
    private const int InfinityBits = 0x7F800000;

    /// <summary>How many bytes a row takes up.</summary>
    /// <param name="columns">Numbers of the row.</param>
    public static int Stride(int columns) => checked(columns + Group - 1) / Group * Group;

    /// <summary>Turns rows into bytes.</summary>
    /// <param name="x">(rows, columns).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="bytes">(rows, <see cref="Stride"/>). Overwritten, filled up with <see cref="Zero"/>.</param>
    /// <param name="scales">(rows). Overwritten.</param>
    public static void Quantize(ReadOnlySpan<float> x, int rows, int columns, Span<byte> bytes, Span<float> scales)
    {
        int stride = Stride(columns);
        Extent.Check(x.Length, rows, columns, nameof(x));
        Extent.Check(bytes.Length, rows, stride, nameof(bytes));
        Extent.Check(scales.Length, 1, rows, nameof(scales));
        fixed (float* first = x)
        fixed (byte* target = bytes)
        {
            for (int row = 0; row < rows; row++)
            {
                scales[row] = QuantizeRow(first + ((nint)row * columns), columns, target + ((nint)row * stride));
                bytes.Slice((row * stride) + columns, stride - columns).Fill(Zero);
            }
        }
    }

    /// <returns>The row's scale.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float QuantizeRow(float* x, int columns, byte* bytes)
    {
        bool isVectorized = Avx2.IsSupported && columns >= Block;
        int most = isVectorized ? LargestMagnitude256(x, columns) : LargestMagnitude(x, columns);
        if (most >= InfinityBits)
        {
            new Span<byte>(bytes, columns).Fill(Zero);
            return float.NaN;
        }

        float scale = Math.Max(BitConverter.Int32BitsToSingle(most) / Largest, SmallestScale);
        if (isVectorized)
        {
            Round256(x, columns, 1 / scale, bytes);
        }
        else
        {
            Round(x, columns, 1 / scale, bytes);
        }

        return scale;
    }

    /// <summary>The bits of the largest magnitude. Magnitudes are in the order of their bits, so that NaN does not get lost.</summary>
    private static int LargestMagnitude(float* x, int columns)
    {
        int most = 0;
        for (int i = 0; i < columns; i++)
        {
            most = Math.Max(most, BitConverter.SingleToInt32Bits(x[i]) & int.MaxValue);
        }

        return most;
    }

    private static void Round(float* x, int columns, float inverse, byte* bytes)
    {
        for (int i = 0; i < columns; i++)
        {
            bytes[i] = (byte)((int)MathF.Round(x[i] * inverse) + Zero);
        }
    }

    // Where a row's last block is not whole, it overlaps the one before: what is computed twice comes out the same.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LargestMagnitude256(float* x, int columns)
    {
        Vector256<int> magnitude = Vector256.Create(int.MaxValue);
        Vector256<int> low = default;
        Vector256<int> high = default;
        for (int i = 0; i < columns; i += Block)
        {
            int* block = (int*)x + Math.Min(i, columns - Block);
            low = Vector256.Max(low, Vector256.Load(block) & magnitude);
            high = Vector256.Max(high, Vector256.Load(block + 8) & magnitude);
            low = Vector256.Max(low, Vector256.Load(block + 16) & magnitude);
            high = Vector256.Max(high, Vector256.Load(block + 24) & magnitude);
        }

        low = Vector256.Max(low, high);
        Vector128<int> four = Vector128.Max(low.GetLower(), low.GetUpper());
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2)));
        return four.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round256(float* x, int columns, float inverse, byte* bytes)
    {
        Vector256<float> scaling = Vector256.Create(inverse);
        Vector256<byte> zero = Vector256.Create(Zero);

        // Packing works within each half of a register, and leaves groups of four in this order.
        Vector256<int> order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        for (int i = 0; i < columns; i += Block)
        {
            int at = Math.Min(i, columns - Block);
            Vector256<short> low = Avx2.PackSignedSaturate(
                Avx.ConvertToVector256Int32(Vector256.Load(x + at) * scaling),
                Avx.ConvertToVector256Int32(Vector256.Load(x + at + 8) * scaling));
            Vector256<short> high = Avx2.PackSignedSaturate(
                Avx.ConvertToVector256Int32(Vector256.Load(x + at + 16) * scaling),
                Avx.ConvertToVector256Int32(Vector256.Load(x + at + 24) * scaling));
            Vector256<int> packed = Avx2.PackSignedSaturate(low, high).AsInt32();
            (Avx2.PermuteVar8x32(packed, order).AsByte() ^ zero).Store(bytes + at);
        }
    }
}
