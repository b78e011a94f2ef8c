using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class DescentTests
{
    private const float Rate = 0.01f;

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.1f)]
    public void Apply_AnyLength_EqualsPlain(float decay)
    {
        for (int length = 0; length <= 65; length++)
        {
            float[] weight = Sample.Floats(length), direction = Sample.Floats(length, 2);
            double[] expected = [.. weight.Select((value, i) => ((1 - ((double)Rate * decay)) * value) - (Rate * (double)direction[i]))];

            Descent.Apply(weight, direction, Rate, decay);

            Precision.AssertClose(expected, weight, Precision.FewRoundings, $"length {length}");
        }
    }

    [TestMethod]
    public void Apply_DirectionTooShort_IsNamed() =>
        Assert.AreEqual("direction", Assert.Throws<ArgumentException>(() => Descent.Apply(new float[2], new float[1], 1, 0)).ParamName);
}
