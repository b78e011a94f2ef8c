using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Primitives;

/// <summary>
/// The random source of everything that is random here: xoshiro256** (Blackman and Vigna, 2018), seeded through SplitMix64.
/// The same seed gives the same numbers on every platform and .NET version, and the state can be saved and restored.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>Starts the sequence that belongs to <paramref name="seed"/>.</summary>
    public SeededRandom(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>Goes on from a saved state.</summary>
    public SeededRandom(RandomState state) => Restore(state);

    /// <summary>The state from which the sequence goes on.</summary>
    public RandomState Save() => new(_s0, _s1, _s2, _s3);

    /// <summary>Goes back, or forward, to a saved state.</summary>
    /// <exception cref="ArgumentException">All words of the state are zero, which no seed leads to.</exception>
    public void Restore(RandomState state)
    {
        if ((state.S0 | state.S1 | state.S2 | state.S3) == 0)
        {
            throw new ArgumentException("A random state of four zero words is not a state of this generator.", nameof(state));
        }

        (_s0, _s1, _s2, _s3) = (state.S0, state.S1, state.S2, state.S3);
    }

    /// <summary>A seed for a stream of its own, one for each purpose, so that one consumer's draws do not move another's.</summary>
    public static ulong Derive(ulong seed, string purpose)
    {
        ulong state = seed;
        ulong mixed = SplitMix(ref state);
        foreach (byte b in MemoryMarshal.AsBytes(purpose.AsSpan()))
        {
            mixed = (mixed ^ b) * 0x100000001B3;
        }

        return SplitMix(ref mixed);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number in [0, 1), on a grid of 2⁻⁵³.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [0, 1), on a grid of 2⁻²⁴.</summary>
    public float NextSingle() => (NextBits() >> 40) * (1.0f / (1U << 24));

    /// <summary>A whole number in [0, <paramref name="bound"/>), every one equally likely.</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        uint range = (uint)bound;
        uint threshold = (0u - range) % range;
        while (true)
        {
            ulong product = (ulong)(uint)(NextBits() >> 32) * range;
            if ((uint)product >= threshold)
            {
                return (int)(product >> 32);
            }
        }
    }

    /// <summary>Puts the elements in random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
