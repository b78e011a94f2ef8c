using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class AdamDirectionTests
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.99f;
    private const float Epsilon = 1e-8f;
    private const float GradientScale = 0.5f;

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.1f)]
    public void Compute_AnyLength_EqualsPlainOverSeveralSteps(float decay)
    {
        for (int length = 0; length <= 65; length++)
        {
            float[] weight = Sample.Floats(length), direction = new float[length];
            float[] m = new float[length], v = new float[length];
            double[] exact = new double[length], exactM = new double[length], exactV = new double[length];
            for (int step = 1; step <= 4; step++)
            {
                float[] gradient = Sample.Floats(length, (ulong)step);

                AdamDirection.Compute(weight, gradient, m, v, Beta1, Beta2, Epsilon, decay, step, GradientScale, direction);

                PlainCompute(weight, gradient, exactM, exactV, decay, step, exact);
            }

            Precision.AssertEach(exact, direction, Precision.FewRoundings, $"direction, length {length}");
            Precision.AssertEach(exactM, m, Precision.FewRoundings, $"m, length {length}");
            Precision.AssertEach(exactV, v, Precision.FewRoundings, $"v, length {length}");
        }
    }

    [TestMethod]
    public void Compute_SpanTooShort_IsNamed()
    {
        AssertRefused("gradient", () => Compute(gradient: 1));
        AssertRefused("firstMoment", () => Compute(first: 1));
        AssertRefused("secondMoment", () => Compute(second: 1));
        AssertRefused("direction", () => Compute(direction: 1));
        AssertRefused("step", () => Compute(step: 0));

        static void AssertRefused(string name, Action call) => Assert.AreEqual(name, Assert.Throws<ArgumentException>(call).ParamName);

        static void Compute(int gradient = 2, int first = 2, int second = 2, int direction = 2, long step = 1) => AdamDirection.Compute(
            new float[2], new float[gradient], new float[first], new float[second], 0, 0, 1, 0, step, 1, new float[direction]);
    }

    private static void PlainCompute(float[] weight, float[] gradient, double[] m, double[] v, float decay, int step, double[] direction)
    {
        for (int i = 0; i < weight.Length; i++)
        {
            double g = (GradientScale * gradient[i]) + (decay * weight[i]);
            m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
            v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
            direction[i] = m[i] / (1 - Math.Pow(Beta1, step)) / (Math.Sqrt(v[i] / (1 - Math.Pow(Beta2, step))) + Epsilon);
        }
    }
}
