using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// Inverted dropout (Srivastava et al., 2014): a number becomes 0 with probability p and is divided by 1 − p otherwise. Which
/// ones is a function of a seed and of a number's place alone: the backward pass draws the same mask again, in any pieces, on any thread.
/// </summary>
internal static class Dropout
{
    /// <summary>y = x ⊙ mask / (1 − p).</summary>
    /// <param name="x">Any length.</param>
    /// <param name="seed">Names the mask: another one for each step and each place it is used in.</param>
    /// <param name="first">Where x begins in the whole mask, at least 0.</param>
    /// <param name="probability">p, from 0 to below 1.</param>
    /// <param name="y">As long as x. Overwritten; may be x itself.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(ReadOnlySpan<float> x, ulong seed, long first, float probability, Span<float> y)
    {
        (uint threshold, float factor) = Check(x.Length, first, probability, y.Length);
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = KeptOrZero(x[i] * factor, Draw(seed, first + i), threshold);
        }
    }

    /// <summary>gradX += gradY ⊙ mask / (1 − p).</summary>
    /// <param name="gradY">Any length.</param>
    /// <param name="seed">As given to <see cref="Forward"/>.</param>
    /// <param name="first">As given to <see cref="Forward"/>.</param>
    /// <param name="probability">As given to <see cref="Forward"/>.</param>
    /// <param name="gradX">As long as gradY. Accumulated into.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardAdd(ReadOnlySpan<float> gradY, ulong seed, long first, float probability, Span<float> gradX)
    {
        (uint threshold, float factor) = Check(gradY.Length, first, probability, gradX.Length);
        for (int i = 0; i < gradY.Length; i++)
        {
            gradX[i] += KeptOrZero(gradY[i] * factor, Draw(seed, first + i), threshold);
        }
    }

    private static (uint Threshold, float Factor) Check(int length, long first, float probability, int resultLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        if (!(probability >= 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "The probability must be from 0 to below 1.");
        }

        if (resultLength != length)
        {
            throw new ArgumentException($"The result holds {resultLength} numbers, but the argument holds {length}.");
        }

        return ((uint)(probability * 4294967296.0), 1 / (1 - probability));
    }

    /// <summary>Upper half of the number at this place of the sequence of SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Draw(ulong seed, long place)
    {
        ulong z = seed + (((ulong)place + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (uint)((z ^ (z >> 31)) >> 32);
    }

    // 0 if the draw is below the threshold. Without a branch, which would be mispredicted at every number dropped.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float KeptOrZero(float value, uint draw, uint threshold)
    {
        int dropped = (int)(((long)draw - threshold) >> 63);
        return BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value) & ~dropped);
    }
}
