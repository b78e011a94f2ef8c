using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

/// <summary>Four floats in one register of SSE or NEON.</summary>
internal struct Lanes128 : IMathLanes<Lanes128>
{
    private Vector128<float> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lanes128(Vector128<float> value) => _value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<float>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Lanes128 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(float* target, Lanes128 value) => value._value.Store(target);

    public static unsafe Lanes128 Load(float* source, int count, Lanes128 rest)
    {
        Vector128<float> value = rest._value;
        for (int i = 0; i < count; i++)
        {
            value = value.WithElement(i, source[i]);
        }

        return new(value);
    }

    public static unsafe void Store(float* target, int count, Lanes128 value)
    {
        for (int i = 0; i < count; i++)
        {
            target[i] = value._value.GetElement(i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Turn(
        float* source, nint stride, out Lanes128 first, out Lanes128 second, out Lanes128 third, out Lanes128 fourth)
    {
        Vector128<float> row0 = Vector128.Load(source), row1 = Vector128.Load(source + stride);
        Vector128<float> row2 = Vector128.Load(source + (2 * stride)), row3 = Vector128.Load(source + (3 * stride));
        if (!Sse2.IsSupported)
        {
            first = new(Vector128.Create(row0[0], row1[0], row2[0], row3[0]));
            second = new(Vector128.Create(row0[1], row1[1], row2[1], row3[1]));
            third = new(Vector128.Create(row0[2], row1[2], row2[2], row3[2]));
            fourth = new(Vector128.Create(row0[3], row1[3], row2[3], row3[3]));
            return;
        }

        Vector128<double> low01 = Sse.UnpackLow(row0, row1).AsDouble(), high01 = Sse.UnpackHigh(row0, row1).AsDouble();
        Vector128<double> low23 = Sse.UnpackLow(row2, row3).AsDouble(), high23 = Sse.UnpackHigh(row2, row3).AsDouble();
        first = new(Sse2.UnpackLow(low01, low23).AsSingle());
        second = new(Sse2.UnpackHigh(low01, low23).AsSingle());
        third = new(Sse2.UnpackLow(high01, high23).AsSingle());
        fourth = new(Sse2.UnpackHigh(high01, high23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) =>
        new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Lanes128 sum, Lanes128 a, Lanes128 b) =>
        sum._value = Vector128.MultiplyAddEstimate(a._value, b._value, sum._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 left, Lanes128 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 left, Lanes128 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 left, Lanes128 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 left, Lanes128 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 left, Lanes128 right) => new(Vector128.MaxNative(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 left, Lanes128 right) => new(Vector128.MinNative(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Abs(Lanes128 value) => new(Vector128.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sqrt(Lanes128 value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Round(Lanes128 value) => new(Vector128.Round(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 CopySign(Lanes128 value, Lanes128 sign) => new(Vector128.CopySign(value._value, sign._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 WhereLess(Lanes128 left, Lanes128 right, Lanes128 less, Lanes128 otherwise) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(left._value, right._value), less._value, otherwise._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Scale(Lanes128 value, Lanes128 exponent)
    {
        // In two steps, since 2^exponent alone may be out of range where the result is not.
        Vector128<int> whole = Vector128.ConvertToInt32Native(exponent._value);
        Vector128<int> half = whole >> 1;
        return new(value._value * PowerOfTwo(half) * PowerOfTwo(whole - half));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes128 value) => Vector128.Sum(value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Lanes128 value) => Largest(value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Largest(Vector128<float> value)
    {
        value = Vector128.MaxNative(value, Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(value, Vector128.Shuffle(value, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> PowerOfTwo(Vector128<int> exponent) => ((exponent + Vector128.Create(127)) << 23).AsSingle();
}
