namespace Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

/// <summary>
/// Some floats that move together: one SIMD register, several, or a single float. A kernel written over this is compiled once
/// for each width, with everything inlined into plain instructions.
/// </summary>
internal interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>How many floats.</summary>
    static abstract int Count { get; }

    /// <summary><paramref name="value"/> in every lane.</summary>
    static abstract TSelf Create(float value);

    /// <summary>Reads <see cref="Count"/> floats.</summary>
    static abstract unsafe TSelf Load(float* source);

    /// <summary>
    /// Reads <paramref name="count"/> floats, 0 to <see cref="Count"/>, and touches no others; the other lanes are those of
    /// <paramref name="rest"/>.
    /// </summary>
    static abstract unsafe TSelf Load(float* source, int count, TSelf rest);

    /// <summary>Writes <see cref="Count"/> floats.</summary>
    static abstract unsafe void Store(float* target, TSelf value);

    /// <summary>Writes <paramref name="count"/> floats, 0 to <see cref="Count"/>, and touches no others.</summary>
    static abstract unsafe void Store(float* target, int count, TSelf value);

    /// <summary>a · b + c, rounded once where the machine has a fused instruction and twice where it has none.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>
    /// sum += a · b, rounded as <see cref="MultiplyAdd"/> does it. In place, since that is what the compiler makes a single instruction
    /// of: the sum's register is the one that the fused instruction overwrites.
    /// </summary>
    static abstract void AddProduct(ref TSelf sum, TSelf a, TSelf b);
}
