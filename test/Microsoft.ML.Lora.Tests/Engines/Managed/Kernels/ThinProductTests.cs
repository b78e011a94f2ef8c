using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class ThinProductTests
{
    private const float Scale = 0.75f;

    /// <summary>The long side where it does not vary: two panels and a tail at every width.</summary>
    private const int Long = 90;

    /// <summary>
    /// Rows, rank and the long side: each length 0 to 65, each number of rows 0 to 20, ranks small and large, sizes beyond all blocks.
    /// </summary>
    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(0, 66).Select(length => new object[] { 5, 3, length }),
        .. Enumerable.Range(0, 21).Select(rows => new object[] { rows, 8, 37 }),
        .. Enumerable.Range(0, 10).Select(rank => new object[] { 7, rank, 50 }),
        [9, 16, 64],
        [9, 64, 48],
        [6, 70, 300],
        [3, 300, 130],
        [150, 5, 33],
        [300, 20, 11],
    ];

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Down_AnySize_EqualsPlainProduct(int rows, int rank, int depth)
    {
        float[] x = Sample.Floats(rows * depth);
        float[] a = Sample.Floats(rank * depth, 2);
        float[] t = Enumerable.Repeat(float.NaN, rows * rank).ToArray();

        ThinProduct.Down(Sample.Spread(x, rows, depth, depth + 2), rows, depth + 2, depth, a, rank, t);

        Exact expected = Exact.Product(Exact.Of(x, rows, depth), Exact.Of(a, rank, depth).Transposed);
        expected.AssertSum(depth, t, "t");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void UpAdd_AnySize_AddsPlainProduct(int rows, int rank, int columns)
    {
        float[] t = Sample.Floats(rows * rank);
        float[] b = Sample.Floats(columns * rank, 2);
        float[] before = Sample.Floats(rows * columns, 3);
        float[] y = Sample.Spread(before, rows, columns, columns + 2);

        ThinProduct.UpAdd(t, rows, rank, b, columns, Scale, y, columns + 2);

        Exact product = Exact.Product(Exact.Of(t, rows, rank), Exact.Of(b, columns, rank).Transposed);
        product.Times(Scale).Plus(before).AssertSum(rank, Sample.Gathered(y, rows, columns, columns + 2), "y");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void GradUp_AnySize_EqualsPlainProduct(int rows, int rank, int columns)
    {
        float[] gradY = Sample.Floats(rows * columns);
        float[] b = Sample.Floats(columns * rank, 2);
        float[] gradT = Enumerable.Repeat(float.NaN, rows * rank).ToArray();

        ThinProduct.GradUp(Sample.Spread(gradY, rows, columns, columns + 2), rows, columns + 2, columns, b, rank, Scale, gradT);

        Exact expected = Exact.Product(Exact.Of(gradY, rows, columns), Exact.Of(b, columns, rank)).Times(Scale);
        expected.AssertSum(columns, gradT, "gradT");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void GradDownAdd_AnySize_AddsPlainProduct(int rows, int rank, int depth)
    {
        float[] gradT = Sample.Floats(rows * rank);
        float[] a = Sample.Floats(rank * depth, 2);
        float[] before = Sample.Floats(rows * depth, 3);
        float[] gradX = Sample.Spread(before, rows, depth, depth + 2);

        ThinProduct.GradDownAdd(gradT, rows, rank, a, depth, gradX, depth + 2);

        Exact product = Exact.Product(Exact.Of(gradT, rows, rank), Exact.Of(a, rank, depth));
        product.Plus(before).AssertSum(rank, Sample.Gathered(gradX, rows, depth, depth + 2), "gradX");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void OuterAdd_WideRight_AddsPlainProduct(int rows, int rank, int depth) => AssertOuterAdd(rows, rank, depth);

    [TestMethod, DynamicData(nameof(Sizes))]
    public void OuterAdd_WideLeft_AddsPlainProduct(int rows, int rank, int columns) => AssertOuterAdd(rows, columns, rank);

    [TestMethod]
    public void Gradients_OfAdaptedProduct_MatchFiniteDifferences()
    {
        const int rows = 4;
        const int depth = 7;
        const int rank = 3;
        const int columns = 5;
        float[] x = Sample.Floats(rows * depth);
        float[] a = Sample.Floats(rank * depth, 2);
        float[] b = Sample.Floats(columns * rank, 3);
        float[] gradY = Sample.Floats(rows * columns, 4);
        var t = new float[rows * rank];
        var gradT = new float[rows * rank];
        var gradX = new float[rows * depth];
        var gradA = new float[rank * depth];
        var gradB = new float[columns * rank];

        ThinProduct.Down(x, rows, depth, depth, a, rank, t);
        ThinProduct.GradUp(gradY, rows, columns, columns, b, rank, Scale, gradT);
        ThinProduct.GradDownAdd(gradT, rows, rank, a, depth, gradX, depth);
        ThinProduct.OuterAdd(gradT, rows, rank, rank, x, depth, depth, 1, gradA);
        ThinProduct.OuterAdd(gradY, rows, columns, columns, t, rank, rank, Scale, gradB);

        AssertGradient(gradX, x, value => Update(value, Sample.Doubles(a), Sample.Doubles(b)), "gradX");
        AssertGradient(gradA, a, value => Update(Sample.Doubles(x), value, Sample.Doubles(b)), "gradA");
        AssertGradient(gradB, b, value => Update(Sample.Doubles(x), Sample.Doubles(a), value), "gradB");

        static double[] Update(double[] x, double[] a, double[] b)
        {
            double[] t = Plain.Product(x, Plain.Transposed(a, rank, depth), rows, depth, rank);
            return [.. Plain.Product(t, Plain.Transposed(b, columns, rank), rows, rank, columns).Select(value => Scale * value)];
        }

        void AssertGradient(float[] actual, float[] at, Func<double[], double[]> function, string what) => Precision.AssertClose(
            Plain.Gradient(function, Sample.Doubles(at), Sample.Doubles(gradY)), actual, Precision.FewRoundings, what);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(8)]
    [DataRow(70)]
    public void RowWiseProducts_RowAnywhere_HaveTheSameBits(int rank)
    {
        // Every tile height is met, alone and below another.
        for (int rows = 1; rows <= 24; rows++)
        {
            AssertSameBits(rows, (x, y, count) => ThinProduct.Down(x, count, Long, Long, Sample.Floats(rank * Long, 3), rank, y), Long, rank);
            AssertSameBits(rows, (x, y, count) => ThinProduct.GradUp(x, count, Long, Long, Sample.Floats(rank * Long, 3), rank, Scale, y), Long, rank);
            AssertSameBits(rows, (t, y, count) => ThinProduct.UpAdd(t, count, rank, Sample.Floats(rank * Long, 3), Long, Scale, y, Long), rank, Long);
            AssertSameBits(rows, (t, y, count) => ThinProduct.GradDownAdd(t, count, rank, Sample.Floats(rank * Long, 3), Long, y, Long), rank, Long);
        }
    }

    [TestMethod]
    public void Products_SpanTooShort_NameIt()
    {
        float[] six = new float[6];
        float[] five = new float[5];

        AssertRefused("x", () => ThinProduct.Down(five, 3, 2, 2, six, 3, new float[9]));
        AssertRefused("a", () => ThinProduct.Down(six, 3, 2, 2, five, 3, new float[9]));
        AssertRefused("t", () => ThinProduct.Down(six, 3, 2, 2, six, 3, new float[8]));
        AssertRefused("b", () => ThinProduct.UpAdd(six, 3, 2, five, 3, 1, new float[9], 3));
        AssertRefused("y", () => ThinProduct.UpAdd(six, 3, 2, six, 3, 1, new float[8], 3));
        AssertRefused("gradY", () => ThinProduct.GradUp(five, 3, 2, 2, six, 3, 1, new float[9]));
        AssertRefused("gradT", () => ThinProduct.GradUp(six, 3, 2, 2, six, 3, 1, new float[8]));
        AssertRefused("gradX", () => ThinProduct.GradDownAdd(six, 3, 2, six, 3, new float[8], 3));
        AssertRefused("right", () => ThinProduct.OuterAdd(six, 3, 2, 2, five, 2, 2, 1, six));
        AssertRefused("sum", () => ThinProduct.OuterAdd(six, 3, 2, 2, six, 2, 2, 1, new float[3]));

        static void AssertRefused(string name, Action call) =>
            Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentException>(call).ParamName);
    }

    private delegate void RowWiseProduct(ReadOnlySpan<float> x, Span<float> y, int rows);

    private static void AssertSameBits(int rows, RowWiseProduct product, int columns, int resultColumns)
    {
        float[] x = Sample.Floats(rows * columns);
        float[] together = Sample.Floats(rows * resultColumns, 2), alone = [.. together];

        product(x, together, rows);

        for (int row = 0; row < rows; row++)
        {
            product(x.AsSpan(row * columns, columns), alone.AsSpan(row * resultColumns, resultColumns), 1);
        }

        CollectionAssert.AreEqual(alone, together, $"{rows} rows");
    }

    private static void AssertOuterAdd(int rows, int leftColumns, int rightColumns)
    {
        float[] left = Sample.Floats(rows * leftColumns);
        float[] right = Sample.Floats(rows * rightColumns, 2);
        float[] before = Sample.Floats(leftColumns * rightColumns, 3);
        float[] sum = [.. before];

        ThinProduct.OuterAdd(
            Sample.Spread(left, rows, leftColumns, leftColumns + 1), rows, leftColumns + 1, leftColumns,
            Sample.Spread(right, rows, rightColumns, rightColumns + 2), rightColumns + 2, rightColumns, Scale, sum);

        Exact product = Exact.Product(Exact.Of(left, rows, leftColumns).Transposed, Exact.Of(right, rows, rightColumns));
        product.Times(Scale).Plus(before).AssertSum(rows, sum, "sum");
    }
}
