namespace Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

/// <summary>Lanes that can do what the pointwise and row-wise kernels need.</summary>
internal interface IMathLanes<TSelf> : ILanes<TSelf>
    where TSelf : struct, IMathLanes<TSelf>
{
    /// <summary>
    /// Turns rows into columns: reads four floats from each of <see cref="ILanes{TSelf}.Count"/> rows, row i from source + i · stride, and
    /// returns the first of each row, the second of each, and so on.
    /// </summary>
    static abstract unsafe void Turn(float* source, nint stride, out TSelf first, out TSelf second, out TSelf third, out TSelf fourth);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>The larger of the two; <paramref name="right"/> if either is NaN, so that a NaN on the right stays.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The smaller of the two; <paramref name="right"/> if either is NaN, so that a NaN on the right stays.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    static abstract TSelf Abs(TSelf value);

    static abstract TSelf Sqrt(TSelf value);

    /// <summary>The nearest whole number, the even one of two.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>The magnitude of <paramref name="value"/> with the sign of <paramref name="sign"/>.</summary>
    static abstract TSelf CopySign(TSelf value, TSelf sign);

    /// <summary><paramref name="less"/> where left &lt; right, <paramref name="otherwise"/> elsewhere and where one is NaN.</summary>
    static abstract TSelf WhereLess(TSelf left, TSelf right, TSelf less, TSelf otherwise);

    /// <summary>value · 2^exponent for whole exponents from −252 to 254, with gradual underflow.</summary>
    static abstract TSelf Scale(TSelf value, TSelf exponent);

    /// <summary>The sum of all lanes, added in an order that depends on nothing but the width.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>The largest lane; if one of them is NaN, any of them.</summary>
    static abstract float Largest(TSelf value);
}
