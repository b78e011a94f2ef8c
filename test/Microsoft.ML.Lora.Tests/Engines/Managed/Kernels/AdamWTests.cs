using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class AdamWTests
{
    private const float Rate = 0.01f;
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.99f;
    private const float Epsilon = 1e-8f;
    private const float Decay = 0.1f;
    private const float GradientScale = 0.5f;

    [TestMethod]
    public void Update_AnyLength_EqualsPlainOverSeveralSteps()
    {
        for (int length = 0; length <= 65; length++)
        {
            float[] weight = Sample.Floats(length);
            float[] m = new float[length], v = new float[length];
            double[] exactWeight = Sample.Doubles(weight), exactM = new double[length], exactV = new double[length];
            for (int step = 1; step <= 4; step++)
            {
                float[] gradient = Sample.Floats(length, (ulong)step);

                AdamW.Update(weight, gradient, m, v, Rate, Beta1, Beta2, Epsilon, Decay, step, GradientScale);

                PlainUpdate(exactWeight, Sample.Doubles(gradient), exactM, exactV, step);
            }

            Precision.AssertEach(exactWeight, weight, Precision.FewRoundings, $"weight, length {length}");
            Precision.AssertEach(exactM, m, Precision.FewRoundings, $"m, length {length}");
            Precision.AssertEach(exactV, v, Precision.FewRoundings, $"v, length {length}");
        }
    }

    [TestMethod]
    public void Update_ZeroGradient_OnlyDecays()
    {
        float[] weight = [2];

        AdamW.Update(weight, [0], [0], [0], Rate, Beta1, Beta2, Epsilon, Decay, 1, 1);

        Assert.AreEqual(2 * (1 - (Rate * (double)Decay)), weight[0], Precision.OneRounding * 2);
    }

    [TestMethod]
    public void Update_LateStep_HasNoCorrection()
    {
        float[] weight = [1];

        AdamW.Update(weight, [0], [0.5f], [4], Rate, Beta1, Beta2, 0, 0, 1_000_000_000_000, 1);

        Assert.AreEqual(1 - (Rate * 0.9 * 0.5 / Math.Sqrt(0.99 * 4)), weight[0], Precision.OneRounding);
    }

    [TestMethod]
    public void Update_SpanTooShort_IsNamed()
    {
        AssertRefused("gradient", () => AdamW.Update(new float[2], new float[1], new float[2], new float[2], 1, 0, 0, 1, 0, 1, 1));
        AssertRefused("firstMoment", () => AdamW.Update(new float[2], new float[2], new float[1], new float[2], 1, 0, 0, 1, 0, 1, 1));
        AssertRefused("secondMoment", () => AdamW.Update(new float[2], new float[2], new float[2], new float[1], 1, 0, 0, 1, 0, 1, 1));
        AssertRefused("step", () => AdamW.Update(new float[2], new float[2], new float[2], new float[2], 1, 0, 0, 1, 0, 0, 1));

        static void AssertRefused(string name, Action call) => Assert.AreEqual(name, Assert.Throws<ArgumentException>(call).ParamName);
    }

    private static void PlainUpdate(double[] weight, double[] gradient, double[] m, double[] v, int step)
    {
        for (int i = 0; i < weight.Length; i++)
        {
            double g = GradientScale * gradient[i];
            m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
            v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
            double mean = m[i] / (1 - Math.Pow(Beta1, step));
            double square = v[i] / (1 - Math.Pow(Beta2, step));
            weight[i] -= (Rate * Decay * weight[i]) + (Rate * mean / (Math.Sqrt(square) + Epsilon));
        }
    }
}
