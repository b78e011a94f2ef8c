using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>Torch's goldens for these are the engine's: every method that trains normalisations has one.</summary>
[TestClass, TestCategory("Kernels")]
public sealed class NormGradientsTests
{
    private const float Epsilon = 1e-5f;

    [TestMethod]
    public void Add_AnyWidth_EqualsPlainAndAddsToWhatIsThere()
    {
        const int Rows = 3;
        for (int columns = 2; columns <= 66; columns++)
        {
            (float[] x, float[] gradY, float[] mean, float[] inverse) = Normalized(Rows, columns);
            float[] gradGain = Sample.Floats(columns, 5);
            float[] gradBias = Sample.Floats(columns, 6);
            double[] expectedGain = Sample.Doubles(gradGain);
            double[] expectedBias = Sample.Doubles(gradBias);
            for (int i = 0; i < x.Length; i++)
            {
                expectedGain[i % columns] += gradY[i] * ((double)x[i] - mean[i / columns]) * inverse[i / columns];
                expectedBias[i % columns] += gradY[i];
            }

            NormGradients.Add(gradY, x, Rows, columns, mean, inverse, gradGain, gradBias);

            Precision.AssertClose(expectedGain, gradGain, Precision.FewRoundings, $"gain of {columns}");
            Precision.AssertClose(expectedBias, gradBias, Precision.FewRoundings, $"bias of {columns}");
        }
    }

    [TestMethod]
    public void Add_SmallRows_MatchesFiniteDifferences()
    {
        const int Rows = 4;
        const int Columns = 5;
        (float[] x, float[] gradY, float[] mean, float[] inverse) = Normalized(Rows, Columns);
        float[] gain = Sample.Floats(Columns, 2);
        float[] bias = Sample.Floats(Columns, 3);
        float[] gradGain = new float[Columns], gradBias = new float[Columns];

        NormGradients.Add(gradY, x, Rows, Columns, mean, inverse, gradGain, gradBias);

        double[] Norm(double[] gains, double[] biases) =>
            [.. x.Select((value, i) => ((value - mean[i / Columns]) * inverse[i / Columns] * gains[i % Columns]) + biases[i % Columns])];
        Precision.AssertClose(
            Plain.Gradient(values => Norm(values, Sample.Doubles(bias)), Sample.Doubles(gain), Sample.Doubles(gradY)), gradGain, Precision.FewRoundings, "gain");
        Precision.AssertClose(
            Plain.Gradient(values => Norm(Sample.Doubles(gain), values), Sample.Doubles(bias), Sample.Doubles(gradY)), gradBias, Precision.FewRoundings, "bias");
    }

    [TestMethod]
    public void Add_NoRows_ChangesNothing()
    {
        float[] gradGain = [1, 2], gradBias = [3, 4];

        NormGradients.Add([], [], 0, 2, [], [], gradGain, gradBias);

        CollectionAssert.AreEqual(new float[] { 1, 2 }, gradGain);
        CollectionAssert.AreEqual(new float[] { 3, 4 }, gradBias);
    }

    [TestMethod]
    public void Add_SpanTooShort_IsNamed()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => NormGradients.Add(new float[6], new float[6], 2, 3, new float[2], new float[2], new float[3], new float[2]));

        StringAssert.StartsWith(exception.Message, "'gradBias' holds 2 numbers");
    }

    private static (float[] X, float[] GradY, float[] Mean, float[] Inverse) Normalized(int rows, int columns)
    {
        float[] x = Sample.Floats(rows * columns);
        float[] ones = [.. Enumerable.Repeat(1f, columns)];
        float[] y = new float[x.Length], mean = new float[rows], inverse = new float[rows];
        LayerNorm.Forward(x, rows, columns, ones, ones, Epsilon, y, mean, inverse);
        return (x, Sample.Floats(x.Length, 4), mean, inverse);
    }
}
