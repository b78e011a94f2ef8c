using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>A function of one number.</summary>
internal interface IPointwise
{
    /// <summary>The function.</summary>
    static abstract V Apply<V>(V x)
        where V : struct, IMathLanes<V>;
}

/// <summary>A function of two numbers.</summary>
internal interface IPointwisePair
{
    /// <summary>The function.</summary>
    static abstract V Apply<V>(V x, V y)
        where V : struct, IMathLanes<V>;
}

/// <summary>Applies a function to every number of a span. A result may lie exactly where an argument lies.</summary>
internal static unsafe class Pointwise
{
    /// <summary>result = f(x), number by number.</summary>
    /// <param name="x">Any length.</param>
    /// <param name="result">As long as x. Overwritten.</param>
    public static void Apply<TFunction>(ReadOnlySpan<float> x, Span<float> result)
        where TFunction : struct, IPointwise
    {
        CheckLength(x.Length, result.Length, nameof(result));
        fixed (float* px = x, target = result)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Apply<TFunction, Lanes512>(px, target, x.Length);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Apply<TFunction, Lanes256>(px, target, x.Length);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Apply<TFunction, Lanes128>(px, target, x.Length);
            }
            else
            {
                Apply<TFunction, ScalarLane>(px, target, x.Length);
            }
        }
    }

    /// <summary>result = f(x, y), number by number.</summary>
    /// <param name="x">Any length.</param>
    /// <param name="y">As long as x.</param>
    /// <param name="result">As long as x. Overwritten.</param>
    public static void Apply<TFunction>(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> result)
        where TFunction : struct, IPointwisePair
    {
        CheckLength(x.Length, y.Length, nameof(y));
        CheckLength(x.Length, result.Length, nameof(result));
        fixed (float* px = x, py = y, target = result)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Apply<TFunction, Lanes512>(px, py, target, x.Length);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Apply<TFunction, Lanes256>(px, py, target, x.Length);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Apply<TFunction, Lanes128>(px, py, target, x.Length);
            }
            else
            {
                Apply<TFunction, ScalarLane>(px, py, target, x.Length);
            }
        }
    }

    private static void CheckLength(int expected, int length, string name)
    {
        if (length != expected)
        {
            throw new ArgumentException($"'{name}' holds {length} numbers, but the argument holds {expected}.", name);
        }
    }

    // Not inlined: a caller that chooses between several functions would spend the compiler's budget on the first, and leave calls in the loops
    // of the others.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Apply<TFunction, V>(float* x, float* result, int length)
        where TFunction : struct, IPointwise
        where V : struct, IMathLanes<V>
    {
        int i = 0;
        for (; i <= length - V.Count; i += V.Count)
        {
            V.Store(result + i, TFunction.Apply(V.Load(x + i)));
        }

        if (i < length)
        {
            V.Store(result + i, length - i, TFunction.Apply(V.Load(x + i, length - i, default)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Apply<TFunction, V>(float* x, float* y, float* result, int length)
        where TFunction : struct, IPointwisePair
        where V : struct, IMathLanes<V>
    {
        int i = 0;
        for (; i <= length - V.Count; i += V.Count)
        {
            V.Store(result + i, TFunction.Apply(V.Load(x + i), V.Load(y + i)));
        }

        if (i < length)
        {
            V.Store(result + i, length - i, TFunction.Apply(V.Load(x + i, length - i, default), V.Load(y + i, length - i, default)));
        }
    }
}
