using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class SoftmaxTests
{
    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(1, 65).Select(columns => new object[] { 3, columns }),
        .. Enumerable.Range(0, 21).Select(rows => new object[] { rows, 19 }),
        [2, 300],
    ];

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Forward_AnySize_EqualsPlain(int rows, int columns)
    {
        float[] scores = [.. Sample.Floats(rows * columns).Select(value => 20 * value)];
        int stride = columns + 2;
        float[] p = Sample.Spread(new float[rows * columns], rows, columns, stride);

        Softmax.Forward(Sample.Spread(scores, rows, columns, stride), rows, columns, stride, p);

        double[] expected = Plain.Softmax(Sample.Doubles(scores), rows, columns);
        float[] actual = Sample.Gathered(p, rows, columns, stride);
        for (int i = 0; i < expected.Length; i++)
        {
            // Relative to each: small probabilities keep their digits.
            Assert.AreEqual(expected[i], actual[i], Precision.FewRoundings * expected[i], $"number {i}");
        }
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Backward_AnySize_MatchesFiniteDifferences(int rows, int columns)
    {
        const float scale = 0.25f;
        rows = Math.Min(rows, 3);
        columns = Math.Min(columns, 66);
        float[] scores = [.. Sample.Floats(rows * columns).Select(value => 8 * value)];
        float[] gradP = Sample.Floats(rows * columns, 2);
        float[] p = new float[rows * columns], gradScores = [.. gradP];
        Softmax.Forward([.. scores.Select(score => scale * score)], rows, columns, columns, p);

        Softmax.Backward(p, gradScores, rows, columns, scale, gradScores);

        double[] expected = Plain.Gradient(
            values => Plain.Softmax([.. values.Select(value => scale * value)], rows, columns), Sample.Doubles(scores), Sample.Doubles(gradP));
        Precision.AssertEach(expected, gradScores, Precision.FewRoundings, "gradScores");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void ForwardAndBackward_InPlaceOrOtherStride_GiveTheSame(int rows, int columns)
    {
        const float scale = 0.25f;
        int stride = columns + 3;
        float[] scores = Sample.Floats(rows * columns);
        float[] gradP = Sample.Floats(rows * columns, 2);
        float[] p = new float[rows * columns], gradScores = new float[rows * columns], spreadP = new float[rows * columns];
        float[] inPlace = [.. scores];
        float[] gradSpread = Sample.Spread(gradP, rows, columns, stride);

        Softmax.Forward(scores, rows, columns, columns, p);
        Softmax.Forward(inPlace, rows, columns, columns, inPlace);
        Softmax.Forward(Sample.Spread(scores, rows, columns, stride), stride, rows, columns, spreadP, columns);
        Softmax.Backward(p, gradP, rows, columns, scale, gradScores);
        Softmax.Backward(p, gradSpread, rows, columns, stride, scale, gradSpread);

        CollectionAssert.AreEqual(p, inPlace);
        CollectionAssert.AreEqual(p, spreadP);
        CollectionAssert.AreEqual(gradScores, Sample.Gathered(gradSpread, rows, columns, stride));
    }

    [TestMethod]
    public void Forward_NotFinite_IsAsDocumented()
    {
        const int columns = 18;
        float[][] rows =
        [
            [.. Enumerable.Repeat(float.NegativeInfinity, columns)],
            [.. Enumerable.Repeat(0f, columns - 1), float.NaN],
            [float.PositiveInfinity, .. Enumerable.Repeat(0f, columns - 1)],
            [float.NegativeInfinity, .. Enumerable.Repeat(0f, columns - 1)],
        ];
        float[] p = [.. rows.SelectMany(row => row)];

        Softmax.Forward(p, 4, columns, columns, p);

        Assert.IsTrue(p[..(3 * columns)].All(float.IsNaN));
        Assert.AreEqual(0, p[3 * columns]);
        Assert.IsTrue(p[((3 * columns) + 1)..].All(value => Math.Abs(value - (1.0 / 17)) < Precision.FewRoundings));
    }

    [TestMethod]
    public void Forward_LargeScores_DoNotOverflow()
    {
        float[] p = [3e38f, 3e38f, -3e38f];

        Softmax.Forward(p, 1, 3, 3, p);

        CollectionAssert.AreEqual(new[] { 0.5f, 0.5f, 0 }, p);
    }

    [TestMethod]
    public void ForwardAndBackward_WrongSize_NameTheSpan()
    {
        float[] six = new float[6];
        float[] two = new float[2];

        AssertRefused("columns", () => Softmax.Forward(six, 2, 0, 0, six));
        AssertRefused("scores", () => Softmax.Forward(two, 2, 3, 3, six));
        AssertRefused("probabilities", () => Softmax.Forward(six, 2, 3, 3, two));
        AssertRefused("probabilities", () => Softmax.Backward(two, six, 2, 3, 1, six));
        AssertRefused("gradProbabilities", () => Softmax.Backward(six, two, 2, 3, 1, six));
        AssertRefused("gradScores", () => Softmax.Backward(six, six, 2, 3, 1, two));

        static void AssertRefused(string name, Action call) => Assert.AreEqual(name, Assert.Throws<ArgumentException>(call).ParamName);
    }
}
