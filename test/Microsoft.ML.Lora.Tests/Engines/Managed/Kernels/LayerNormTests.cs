using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class LayerNormTests
{
    private const float Epsilon = 1e-5f;

    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(1, 65).Select(columns => new object[] { 3, columns }),
        .. Enumerable.Range(0, 21).Select(rows => new object[] { rows, 24 }),
        [2, 768],
    ];

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Forward_AnySize_EqualsPlain(int rows, int columns)
    {
        float[] x = Sample.Floats(rows * columns);
        float[] gain = Sample.Floats(columns, 2);
        float[] bias = Sample.Floats(columns, 3);
        float[] y = new float[rows * columns], mean = new float[rows], inverse = new float[rows];

        LayerNorm.Forward(x, rows, columns, gain, bias, Epsilon, y, mean, inverse);

        Precision.AssertClose(Exact(Sample.Doubles(x), gain, bias, rows), y, Precision.FewRoundings, "y");
        for (int row = 0; row < rows; row++)
        {
            double[] values = Sample.Doubles(x[(row * columns)..((row + 1) * columns)]);
            double variance = values.Average(value => Math.Pow(value - values.Average(), 2));
            Assert.AreEqual(values.Average(), mean[row], Precision.FewRoundings);
            Assert.AreEqual(1, inverse[row] * Math.Sqrt(variance + Epsilon), Precision.FewRoundings);
        }
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void ForwardResidual_AnySize_EqualsForwardOfSum(int rows, int columns)
    {
        float[] x = Sample.Floats(rows * columns);
        float[] residual = Sample.Floats(rows * columns, 4);
        float[] gain = Sample.Floats(columns, 2);
        float[] bias = Sample.Floats(columns, 3);
        float[] sum = [.. x.Zip(residual, (left, right) => left + right)];
        float[] y = new float[rows * columns], mean = new float[rows], inverse = new float[rows];
        float[] expectedY = new float[rows * columns], expectedMean = new float[rows], expectedInverse = new float[rows];
        LayerNorm.Forward(sum, rows, columns, gain, bias, Epsilon, expectedY, expectedMean, expectedInverse);

        LayerNorm.ForwardResidual(x, residual, rows, columns, gain, bias, Epsilon, residual, y, mean, inverse);

        CollectionAssert.AreEqual(sum, residual);
        CollectionAssert.AreEqual(expectedY, y);
        CollectionAssert.AreEqual(expectedMean, mean);
        CollectionAssert.AreEqual(expectedInverse, inverse);
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Backward_AnySize_MatchesFiniteDifferences(int rows, int columns)
    {
        rows = Math.Min(rows, 4);
        columns = Math.Min(columns, 66);
        float[] x = Sample.Floats(rows * columns);
        float[] gain = Sample.Floats(columns, 2);
        float[] bias = Sample.Floats(columns, 3);
        float[] gradY = Sample.Floats(rows * columns, 4);
        float[] y = new float[rows * columns], mean = new float[rows], inverse = new float[rows], gradX = [.. gradY];
        LayerNorm.Forward(x, rows, columns, gain, bias, Epsilon, y, mean, inverse);

        LayerNorm.Backward(gradX, x, rows, columns, gain, mean, inverse, gradX);

        double[] expected = Plain.Gradient(values => Exact(values, gain, bias, rows), Sample.Doubles(x), Sample.Doubles(gradY));

        // The terms that cancel are as large as gradY times the inverse deviation.
        double largest = inverse.DefaultIfEmpty().Max();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], gradX[i], Precision.FewRoundings * Math.Max(1, largest), $"number {i}");
        }
    }

    [TestMethod]
    public void Forward_RowAnywhere_HasTheSameBits()
    {
        const int rows = 9;
        const int columns = 53;
        float[] x = Sample.Floats(rows * columns);
        float[] gain = Sample.Floats(columns, 2);
        float[] together = new float[rows * columns], mean = new float[rows], inverse = new float[rows], alone = new float[columns];
        LayerNorm.Forward(x, rows, columns, gain, gain, Epsilon, together, mean, inverse);

        for (int row = 0; row < rows; row++)
        {
            LayerNorm.Forward(x.AsSpan(row * columns, columns), 1, columns, gain, gain, Epsilon, alone, mean, inverse);

            CollectionAssert.AreEqual(together[(row * columns)..((row + 1) * columns)], alone, $"row {row}");
        }
    }

    [TestMethod]
    public void Forward_ConstantRow_GivesTheBias()
    {
        float[] x = Enumerable.Repeat(3f, 20).ToArray();
        float[] gain = Sample.Floats(20);
        float[] bias = Sample.Floats(20, 2);
        float[] y = new float[20], mean = new float[1], inverse = new float[1];

        LayerNorm.Forward(x, 1, 20, gain, bias, Epsilon, y, mean, inverse);

        CollectionAssert.AreEqual(bias, y);
    }

    [TestMethod]
    public void Forward_NaN_SpoilsItsRowAlone()
    {
        float[] x = Sample.Floats(40);
        x[25] = float.NaN;
        float[] y = new float[40], mean = new float[2], inverse = new float[2];

        LayerNorm.Forward(x, 2, 20, Sample.Floats(20), Sample.Floats(20), Epsilon, y, mean, inverse);

        Assert.IsTrue(y[..20].All(float.IsFinite));
        Assert.IsTrue(y[20..].All(float.IsNaN));
    }

    [TestMethod]
    public void Forward_WrongSize_NamesTheSpan()
    {
        float[] six = new float[6];
        float[] two = new float[2];

        AssertRefused("columns", () => LayerNorm.Forward(six, 2, 0, six, six, 1, six, two, two));
        AssertRefused("x", () => LayerNorm.Forward(two, 2, 3, six, six, 1, six, two, two));
        AssertRefused("gain", () => LayerNorm.Forward(six, 2, 3, two, six, 1, six, two, two));
        AssertRefused("bias", () => LayerNorm.Forward(six, 2, 3, six, two, 1, six, two, two));
        AssertRefused("result", () => LayerNorm.Forward(six, 2, 3, six, six, 1, two, two, two));
        AssertRefused("mean", () => LayerNorm.Forward(six, 2, 3, six, six, 1, six, two.AsSpan(1), two));
        AssertRefused("inverseDeviation", () => LayerNorm.Forward(six, 2, 3, six, six, 1, six, two, two.AsSpan(1)));

        static void AssertRefused(string name, Action call) => Assert.AreEqual(name, Assert.Throws<ArgumentException>(call).ParamName);
    }

    private static double[] Exact(double[] x, float[] gain, float[] bias, int rows) =>
        Plain.LayerNorm(x, Sample.Doubles(gain), Sample.Doubles(bias), Epsilon, rows, gain.Length);
}
