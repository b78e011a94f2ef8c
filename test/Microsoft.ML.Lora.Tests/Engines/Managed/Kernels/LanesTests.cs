using System.Runtime.Intrinsics;
using Microsoft.ML.Lora.Engines.Managed.Kernels.Lanes;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>Each width that this machine has, and the single lane, keeps the same promises.</summary>
[TestClass, TestCategory("Kernels")]
public sealed unsafe class LanesTests
{
    private static readonly float[] Awkward =
        [0, -0f, 1, -1.5f, 2.5f, float.Epsilon, -1e-40f, 3e38f, float.PositiveInfinity, float.NegativeInfinity, float.NaN];

    [TestMethod]
    public void Lanes_EachWidth_ComputeWhatOneFloatDoes()
    {
        Check<ScalarLane>();
        if (Vector128.IsHardwareAccelerated)
        {
            Check<Lanes128>();
        }

        if (Vector256.IsHardwareAccelerated)
        {
            Check<Lanes256>();
        }

        if (Vector512.IsHardwareAccelerated)
        {
            Check<Lanes512>();
        }
    }

    [TestMethod]
    public void PartialLoadAndStore_EachCount_TouchNothingElse()
    {
        CheckPartial<ScalarLane>();
        CheckPartial<LanePair<ScalarLane>>();
        if (Vector128.IsHardwareAccelerated)
        {
            CheckPartial<Lanes128>();
            CheckPartial<LanePair<Lanes128>>();
        }

        if (Vector256.IsHardwareAccelerated)
        {
            CheckPartial<Lanes256>();
            CheckPartial<LanePair<Lanes256>>();
        }

        if (Vector512.IsHardwareAccelerated)
        {
            CheckPartial<Lanes512>();
            CheckPartial<LanePair<Lanes512>>();
        }
    }

    [TestMethod]
    public void Turn_EachWidth_MakesRowsColumns()
    {
        CheckTurn<ScalarLane>();
        if (Vector128.IsHardwareAccelerated)
        {
            CheckTurn<Lanes128>();
        }

        if (Vector256.IsHardwareAccelerated)
        {
            CheckTurn<Lanes256>();
        }

        if (Vector512.IsHardwareAccelerated)
        {
            CheckTurn<Lanes512>();
        }
    }

    private static void CheckTurn<V>()
        where V : struct, IMathLanes<V>
    {
        const int stride = 7;
        float[] source = Sample.Floats(((V.Count - 1) * stride) + 4);
        var turned = new float[4 * V.Count];

        fixed (float* from = source, to = turned)
        {
            V.Turn(from, stride, out V first, out V second, out V third, out V fourth);
            V.Store(to, first);
            V.Store(to + V.Count, second);
            V.Store(to + (2 * V.Count), third);
            V.Store(to + (3 * V.Count), fourth);
        }

        float[] expected = [.. Enumerable.Range(0, 4 * V.Count).Select(i => source[(i % V.Count * stride) + (i / V.Count)])];
        CollectionAssert.AreEqual(expected, turned, typeof(V).Name);
    }

    private static void Check<V>()
        where V : struct, IMathLanes<V>
    {
        foreach (float left in Awkward)
        {
            foreach (float right in Awkward)
            {
                V x = V.Create(left);
                V y = V.Create(right);
                AssertAll(left + right, x + y, $"{left} + {right}");
                AssertAll(left - right, x - y, $"{left} − {right}");
                AssertAll(left * right, x * y, $"{left} · {right}");
                AssertAll(left / right, x / y, $"{left} / {right}");
                AssertAll(left > right ? left : right, V.Max(x, y), $"max({left}, {right})");
                AssertAll(left < right ? left : right, V.Min(x, y), $"min({left}, {right})");
                AssertAll(left < right ? 7 : 8, V.WhereLess(x, y, V.Create(7), V.Create(8)), $"{left} < {right}");
                AssertAll(MathF.CopySign(left, right), V.CopySign(x, y), $"sign of {right} on {left}");
            }

            AssertAll(MathF.Abs(left), V.Abs(V.Create(left)), $"|{left}|");
            AssertAll(MathF.Sqrt(left), V.Sqrt(V.Create(left)), $"√{left}");
            AssertAll(MathF.Round(left), V.Round(V.Create(left)), $"round {left}");
        }

        // A product and sum that one rounding and two roundings agree on.
        AssertAll(7, V.MultiplyAdd(V.Create(2), V.Create(3), V.Create(1)), "2 · 3 + 1");
        V sum = V.Create(1);
        V.AddProduct(ref sum, V.Create(2), V.Create(3));
        AssertAll(7, sum, "1 + 2 · 3");

        for (int exponent = -252; exponent <= 254; exponent++)
        {
            AssertAll(MathF.ScaleB(0.75f, exponent), V.Scale(V.Create(0.75f), V.Create(exponent)), $"0.75 · 2^{exponent}");
        }

        float[] ramp = [.. Enumerable.Range(1, V.Count).Select(i => (float)i)];
        fixed (float* first = ramp)
        {
            Assert.AreEqual(V.Count * (V.Count + 1) / 2f, V.Sum(V.Load(first)));
            Assert.AreEqual(V.Count, V.Largest(V.Load(first)));
            for (int i = 0; i < V.Count; i++)
            {
                (float before, ramp[i]) = (ramp[i], 100);
                Assert.AreEqual(100, V.Largest(V.Load(first)), $"the largest in lane {i}");
                ramp[i] = before;
            }
        }
    }

    private static void AssertAll<V>(float expected, V actual, string what)
        where V : struct, ILanes<V>
    {
        float* lanes = stackalloc float[V.Count];
        V.Store(lanes, actual);
        for (int i = 0; i < V.Count; i++)
        {
            Assert.AreEqual(expected, lanes[i], $"{typeof(V).Name}: {what}");
        }
    }

    private static void CheckPartial<V>()
        where V : struct, ILanes<V>
    {
        float[] source = Sample.Floats(V.Count);
        var loaded = new float[V.Count];
        for (int count = 0; count <= V.Count; count++)
        {
            float[] stored = Enumerable.Repeat(9f, V.Count).ToArray();
            fixed (float* from = source, to = loaded, part = stored)
            {
                V.Store(to, V.Load(from, count, V.Create(5)));
                V.Store(part, count, V.Load(from));
            }

            CollectionAssert.AreEqual(source.Select((value, i) => i < count ? value : 5).ToArray(), loaded, $"{typeof(V).Name}, {count} loaded");
            CollectionAssert.AreEqual(source.Select((value, i) => i < count ? value : 9).ToArray(), stored, $"{typeof(V).Name}, {count} stored");
        }
    }
}
