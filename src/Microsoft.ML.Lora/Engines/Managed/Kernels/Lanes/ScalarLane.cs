using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

/// <summary>One float, for a machine without SIMD.</summary>
internal struct ScalarLane : IMathLanes<ScalarLane>
{
    private float _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ScalarLane(float value) => _value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Create(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe ScalarLane Load(float* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe ScalarLane Load(float* source, int count, ScalarLane rest) => count > 0 ? new(*source) : rest;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(float* target, ScalarLane value) => *target = value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(float* target, int count, ScalarLane value)
    {
        if (count > 0)
        {
            *target = value._value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Turn(
        float* source, nint stride, out ScalarLane first, out ScalarLane second, out ScalarLane third, out ScalarLane fourth)
    {
        first = new(source[0]);
        second = new(source[1]);
        third = new(source[2]);
        fourth = new(source[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane MultiplyAdd(ScalarLane a, ScalarLane b, ScalarLane c) =>
        new(float.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref ScalarLane sum, ScalarLane a, ScalarLane b) =>
        sum._value = float.MultiplyAddEstimate(a._value, b._value, sum._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator +(ScalarLane left, ScalarLane right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator -(ScalarLane left, ScalarLane right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator *(ScalarLane left, ScalarLane right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane operator /(ScalarLane left, ScalarLane right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Max(ScalarLane left, ScalarLane right) => left._value > right._value ? left : right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Min(ScalarLane left, ScalarLane right) => left._value < right._value ? left : right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Abs(ScalarLane value) => new(MathF.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Sqrt(ScalarLane value) => new(MathF.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Round(ScalarLane value) => new(MathF.Round(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane CopySign(ScalarLane value, ScalarLane sign) => new(MathF.CopySign(value._value, sign._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane WhereLess(ScalarLane left, ScalarLane right, ScalarLane less, ScalarLane otherwise) =>
        left._value < right._value ? less : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLane Scale(ScalarLane value, ScalarLane exponent)
    {
        // In two steps, since 2^exponent alone may be out of range where the result is not.
        int whole = float.ConvertToIntegerNative<int>(exponent._value);
        int half = whole >> 1;
        return new(value._value * PowerOfTwo(half) * PowerOfTwo(whole - half));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(ScalarLane value) => value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(ScalarLane value) => value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);
}
