using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

/// <summary>Two registers side by side, as wide as the panels of a matrix product are.</summary>
internal struct LanePair<TLanes> : ILanes<LanePair<TLanes>>
    where TLanes : struct, ILanes<TLanes>
{
    private TLanes _low;
    private TLanes _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private LanePair(TLanes low, TLanes high)
    {
        _low = low;
        _high = high;
    }

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanePair<TLanes> Create(float value)
    {
        TLanes lanes = TLanes.Create(value);
        return new(lanes, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe LanePair<TLanes> Load(float* source) => new(TLanes.Load(source), TLanes.Load(source + TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe LanePair<TLanes> Load(float* source, int count, LanePair<TLanes> rest) => new(
        TLanes.Load(source, Math.Min(count, TLanes.Count), rest._low),
        TLanes.Load(source + TLanes.Count, Math.Max(count - TLanes.Count, 0), rest._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(float* target, LanePair<TLanes> value)
    {
        TLanes.Store(target, value._low);
        TLanes.Store(target + TLanes.Count, value._high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(float* target, int count, LanePair<TLanes> value)
    {
        TLanes.Store(target, Math.Min(count, TLanes.Count), value._low);
        TLanes.Store(target + TLanes.Count, Math.Max(count - TLanes.Count, 0), value._high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanePair<TLanes> MultiplyAdd(LanePair<TLanes> a, LanePair<TLanes> b, LanePair<TLanes> c) =>
        new(TLanes.MultiplyAdd(a._low, b._low, c._low), TLanes.MultiplyAdd(a._high, b._high, c._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref LanePair<TLanes> sum, LanePair<TLanes> a, LanePair<TLanes> b)
    {
        TLanes.AddProduct(ref sum._low, a._low, b._low);
        TLanes.AddProduct(ref sum._high, a._high, b._high);
    }
}
