using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class DenseProductTests
{
    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(0, 66).Select(inputs => new object[] { 3, inputs, 2 }),
        .. Enumerable.Range(0, 66).Select(outputs => new object[] { 4, 9, outputs }),
        .. Enumerable.Range(0, 21).Select(rows => new object[] { rows, 33, 5 }),
    ];

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Forward_AnySize_EqualsPlain(int rows, int inputs, int outputs)
    {
        (float[] x, float[] weight, float[] bias, _) = Operands(rows, inputs, outputs);
        var y = new float[rows * outputs];

        DenseProduct.Forward(x, rows, inputs, weight, bias, outputs, y);

        Exact product = Exact.Product(Exact.Of(x, rows, inputs), Exact.Of(weight, outputs, inputs).Transposed);
        product.PlusRow(bias).AssertSum(inputs, y, "y");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Gradients_AnySize_EqualPlain(int rows, int inputs, int outputs)
    {
        (float[] x, float[] weight, float[] bias, float[] gradY) = Operands(rows, inputs, outputs);
        float[] gradX = Enumerable.Repeat(float.NaN, rows * inputs).ToArray();
        float[] gradWeight = [.. weight];
        float[] gradBias = [.. bias];

        DenseProduct.GradInput(gradY, rows, outputs, weight, inputs, gradX);
        DenseProduct.GradWeightAdd(gradY, rows, outputs, outputs, x, inputs, gradWeight);
        DenseProduct.GradBiasAdd(gradY, rows, outputs, outputs, gradBias);

        Exact exactGradY = Exact.Of(gradY, rows, outputs);
        Exact ones = Exact.Of([.. Enumerable.Repeat(1f, rows)], 1, rows);
        Exact.Product(exactGradY, Exact.Of(weight, outputs, inputs)).AssertSum(outputs, gradX, "gradX");
        Exact.Product(exactGradY.Transposed, Exact.Of(x, rows, inputs)).Plus(weight).AssertSum(rows, gradWeight, "gradWeight");
        Exact.Product(ones, exactGradY).Plus(bias).AssertSum(rows, gradBias, "gradBias");
    }

    [TestMethod]
    public void Gradients_OfSomeColumns_AreThoseOfTheColumnsAlone()
    {
        const int rows = 5;
        const int inputs = 7;
        const int stride = 40;
        const int outputs = 33;
        (float[] x, float[] weight, float[] bias, _) = Operands(rows, inputs, outputs);
        float[] wide = Sample.Floats(rows * stride, 9);
        float[] narrow = [.. wide.Chunk(stride).SelectMany(row => row[..outputs])];
        float[] gradWeight = [.. weight], expectedWeight = [.. weight], gradBias = [.. bias], expectedBias = [.. bias];

        DenseProduct.GradWeightAdd(wide, rows, stride, outputs, x, inputs, gradWeight);
        DenseProduct.GradBiasAdd(wide, rows, stride, outputs, gradBias);

        DenseProduct.GradWeightAdd(narrow, rows, outputs, outputs, x, inputs, expectedWeight);
        DenseProduct.GradBiasAdd(narrow, rows, outputs, outputs, expectedBias);
        CollectionAssert.AreEqual(expectedWeight, gradWeight);
        CollectionAssert.AreEqual(expectedBias, gradBias);
    }

    [TestMethod]
    public void Gradients_SmallLayer_MatchFiniteDifferences()
    {
        const int rows = 3;
        const int inputs = 5;
        const int outputs = 4;
        (float[] x, float[] weight, float[] bias, float[] gradY) = Operands(rows, inputs, outputs);
        float[] gradX = new float[x.Length], gradWeight = new float[weight.Length], gradBias = new float[outputs];

        DenseProduct.GradInput(gradY, rows, outputs, weight, inputs, gradX);
        DenseProduct.GradWeightAdd(gradY, rows, outputs, outputs, x, inputs, gradWeight);
        DenseProduct.GradBiasAdd(gradY, rows, outputs, outputs, gradBias);

        AssertGradient(gradX, x, values => Layer(values, Sample.Doubles(weight), Sample.Doubles(bias)), "gradX");
        AssertGradient(gradWeight, weight, values => Layer(Sample.Doubles(x), values, Sample.Doubles(bias)), "gradWeight");
        AssertGradient(gradBias, bias, values => Layer(Sample.Doubles(x), Sample.Doubles(weight), values), "gradBias");

        static double[] Layer(double[] x, double[] weight, double[] bias) =>
            [.. Plain.Product(x, Plain.Transposed(weight, outputs, inputs), rows, inputs, outputs).Select((value, i) => value + bias[i % outputs])];

        void AssertGradient(float[] actual, float[] at, Func<double[], double[]> function, string what) => Precision.AssertClose(
            Plain.Gradient(function, Sample.Doubles(at), Sample.Doubles(gradY)), actual, Precision.FewRoundings, what);
    }

    [TestMethod]
    public void Forward_RowAnywhere_HasTheSameBits()
    {
        const int rows = 7;
        const int inputs = 41;
        const int outputs = 6;
        (float[] x, float[] weight, float[] bias, _) = Operands(rows, inputs, outputs);
        float[] together = new float[rows * outputs], alone = new float[outputs];
        DenseProduct.Forward(x, rows, inputs, weight, bias, outputs, together);

        for (int row = 0; row < rows; row++)
        {
            DenseProduct.Forward(x.AsSpan(row * inputs, inputs), 1, inputs, weight, bias, outputs, alone);

            CollectionAssert.AreEqual(together[(row * outputs)..((row + 1) * outputs)], alone, $"row {row}");
        }
    }

    [TestMethod]
    public void Products_SpanTooShort_NameIt()
    {
        float[] six = new float[6];
        float[] two = new float[2];

        AssertRefused("x", () => DenseProduct.Forward(two, 3, 2, six, six, 2, six));
        AssertRefused("bias", () => DenseProduct.Forward(six, 3, 2, six, two, 3, new float[9]));
        AssertRefused("weight", () => DenseProduct.GradInput(six, 3, 2, two, 2, six));
        AssertRefused("gradX", () => DenseProduct.GradInput(six, 3, 2, six, 2, two));
        AssertRefused("gradY", () => DenseProduct.GradBiasAdd(two, 3, 2, 2, two));
        AssertRefused("gradBias", () => DenseProduct.GradBiasAdd(six, 2, 3, 3, two));

        static void AssertRefused(string name, Action call) => Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentException>(call).ParamName);
    }

    private static (float[] X, float[] Weight, float[] Bias, float[] GradY) Operands(int rows, int inputs, int outputs) => (
        Sample.Floats(rows * inputs), Sample.Floats(outputs * inputs, 2), Sample.Floats(outputs, 3), Sample.Floats(rows * outputs, 4));
}
