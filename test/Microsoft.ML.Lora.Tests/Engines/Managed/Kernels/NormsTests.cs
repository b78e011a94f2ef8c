using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class NormsTests
{
    [TestMethod]
    public void SumOfSquares_AnyLength_EqualsPlain()
    {
        for (int length = 0; length <= 65; length++)
        {
            float[] x = Sample.Floats(length);

            double expected = x.Sum(value => (double)value * value);

            // Products of floats are exact in double precision; only the order of additions differs.
            Assert.AreEqual(expected, Norms.SumOfSquares(x), 1e-14 * expected, $"length {length}");
        }
    }

    [TestMethod]
    public void SumOfSquares_LargestFloats_DoNotOverflow() => Assert.AreEqual(
        4 * Math.Pow(float.MaxValue, 2), Norms.SumOfSquares([float.MaxValue, float.MaxValue, float.MaxValue, -float.MaxValue]));

    [TestMethod]
    public void SumOfSquares_NaN_IsNaN() => Assert.IsTrue(double.IsNaN(Norms.SumOfSquares([1, 2, 3, 4, float.NaN])));
}
