using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed unsafe class VectorMathTests
{
    /// <summary>As <see cref="VectorMath"/> states them.</summary>
    private const double ExpUnits = 2;

    private const double TanhUnits = 3;

    private const double TailError = 8e-8;

    /// <summary>Every 4,099th float (a prime): a million over both signs, all exponents, denormals, infinities and NaNs.</summary>
    private const int Stride = 4099;

    [TestMethod]
    public void Exp_WholeRange_IsWithinStatedUnits() =>
        OnEachWidth<ExpFunction>(results => AssertUnits(results, NormalExp, ExpUnits));

    [TestMethod]
    public void Tanh_WholeRange_IsWithinStatedUnits() =>
        OnEachWidth<TanhFunction>(results => AssertUnits(results, Math.Tanh, TanhUnits));

    [TestMethod]
    public void NormalTail_NotNegative_IsWithinStatedError() => OnEachWidth<TailFunction>(results =>
    {
        foreach ((float x, float y) in results.Where(result => result.X is >= 0 and < 40))
        {
            Assert.AreEqual(1 - Plain.NormalDistribution(x), y, TailError, $"at {x:r}");
        }
    });

    [TestMethod]
    [DataRow(0f, 1f)]
    [DataRow(-0f, 1f)]
    [DataRow(float.NegativeInfinity, 0f)]
    [DataRow(float.PositiveInfinity, float.PositiveInfinity)]
    [DataRow(88.7f, 3.3260e38f)]
    [DataRow(88.73f, float.PositiveInfinity)]
    [DataRow(-87.34f, 0f)]
    [DataRow(-87.336f, 1.17614e-38f)]
    [DataRow(float.NaN, float.NaN)]
    public void Exp_AtTheEdges_IsAsDocumented(float x, float expected) =>
        OnEachWidth<ExpFunction>([x], results => Assert.AreEqual(expected, results[0].Y, 1e-4f * (float.IsFinite(expected) ? expected : 0)));

    [TestMethod]
    [DataRow(0f, 0f)]
    [DataRow(-0f, -0f)]
    [DataRow(float.Epsilon, float.Epsilon)]
    [DataRow(float.NegativeInfinity, -1f)]
    [DataRow(float.PositiveInfinity, 1f)]
    [DataRow(float.NaN, float.NaN)]
    public void Tanh_AtTheEdges_IsAsDocumented(float x, float expected) => OnEachWidth<TanhFunction>([x], results =>
    {
        Assert.AreEqual(expected, results[0].Y);
        Assert.AreEqual(float.IsNegative(x), float.IsNegative(results[0].Y));
    });

    private static double NormalExp(double x) => Math.Exp(x) < Math.Pow(2, -126) ? 0 : Math.Exp(x);

    private static void AssertUnits(IEnumerable<(float X, float Y)> results, Func<double, double> exact, double units)
    {
        foreach ((float x, float y) in results)
        {
            double expected = exact(x);
            if (float.IsNaN(x) || !float.IsFinite((float)expected))
            {
                Assert.AreEqual((float)expected, y, $"at {x:r}");
                continue;
            }

            float nearest = (float)expected;
            double unit = Math.Max((double)MathF.BitIncrement(MathF.Abs(nearest)) - MathF.Abs(nearest), float.Epsilon);
            Assert.AreEqual(expected, y, units * unit, $"at {x:r}");
        }
    }

    private static void OnEachWidth<TFunction>(Action<IReadOnlyList<(float X, float Y)>> check)
        where TFunction : struct, IPointwise
    {
        List<float> x = [];
        for (long bits = 0; bits <= uint.MaxValue; bits += Stride)
        {
            x.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        }

        OnEachWidth<TFunction>([.. x], check);
    }

    private static void OnEachWidth<TFunction>(float[] x, Action<IReadOnlyList<(float X, float Y)>> check)
        where TFunction : struct, IPointwise
    {
        check(Results<TFunction, ScalarLane>(x));
        if (Vector128.IsHardwareAccelerated)
        {
            check(Results<TFunction, Lanes128>(x));
        }

        if (Vector256.IsHardwareAccelerated)
        {
            check(Results<TFunction, Lanes256>(x));
        }

        if (Vector512.IsHardwareAccelerated)
        {
            check(Results<TFunction, Lanes512>(x));
        }
    }

    private static List<(float X, float Y)> Results<TFunction, V>(float[] x)
        where TFunction : struct, IPointwise
        where V : struct, IMathLanes<V>
    {
        List<(float X, float Y)> results = [];
        float* lanes = stackalloc float[V.Count];
        foreach (float value in x)
        {
            V.Store(lanes, TFunction.Apply(V.Create(value)));
            results.Add((value, lanes[V.Count - 1]));
        }

        return results;
    }

    private readonly struct ExpFunction : IPointwise
    {
        public static V Apply<V>(V x)
            where V : struct, IMathLanes<V> => VectorMath.Exp(x);
    }

    private readonly struct TanhFunction : IPointwise
    {
        public static V Apply<V>(V x)
            where V : struct, IMathLanes<V> => VectorMath.Tanh(x);
    }

    private readonly struct TailFunction : IPointwise
    {
        public static V Apply<V>(V x)
            where V : struct, IMathLanes<V> => VectorMath.NormalTail(x, out _);
    }
}
