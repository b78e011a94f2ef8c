using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Tests.Engines.Rates;

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
    [DataRow(1, 1)]
    [DataRow(1, 9)]
    [DataRow(17, 4)]
    [DataRow(20, 33)]
    public void Spectral_AnyMatrix_IsTheLargestSingularValue(int rows, int columns)
    {
        PlainPair pair = PlainPair.Random(rows, columns, 1, 7);

        // Power iteration comes within a hundredth, from below.
        double expected = PlainPair.SpectralNorm(pair.A);
        Assert.AreEqual(expected, Norms.Spectral(PlainPair.Flat(pair.A), rows, columns), 0.01 * expected);
    }

    [TestMethod]
    public void Spectral_Diagonal_IsTheLargestElement() => Assert.AreEqual(5, Norms.Spectral([3, 0, 0, -5], 2, 2), 1e-4);

    [TestMethod]
    public void Spectral_Zeros_IsZero() => Assert.AreEqual(0, Norms.Spectral(new float[6], 2, 3));

    [TestMethod]
    public void SumOfSquares_NaN_IsNaN() => Assert.IsTrue(double.IsNaN(Norms.SumOfSquares([1, 2, 3, 4, float.NaN])));
}
