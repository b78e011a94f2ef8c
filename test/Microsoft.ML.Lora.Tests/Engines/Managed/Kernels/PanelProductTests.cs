using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class PanelProductTests
{
    /// <summary>Each length 0 to 65 in each place, so that each tail is met; each number of rows; and sizes beyond all blocks.</summary>
    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(0, 66).Select(depth => new object[] { 7, depth, 33 }),
        .. Enumerable.Range(0, 66).Select(columns => new object[] { 13, 19, columns }),
        .. Enumerable.Range(0, 40).Select(rows => new object[] { rows, 17, 70 }),
        [3, 1030, 40],
        [400, 24, 65],
    ];

    [TestMethod, DynamicData(nameof(Sizes))]
    public void Multiply_AnySize_EqualsPlainProduct(int rows, int depth, int columns)
    {
        (float[] x, float[] m, float[] panels) = Operands(rows, depth, columns);
        int xStride = depth + 3;
        int yStride = columns + 5;
        float[] y = Sample.Spread(new float[rows * columns], rows, columns, yStride);

        PanelProduct.Multiply(Sample.Spread(x, rows, depth, xStride), rows, xStride, depth, panels, columns, y, yStride);

        Exact expected = Exact.Product(Exact.Of(x, rows, depth), Exact.Of(m, depth, columns));
        expected.AssertSum(depth, Sample.Gathered(y, rows, columns, yStride), "y");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void MultiplyBias_AnySize_EqualsPlainProductAndBias(int rows, int depth, int columns)
    {
        (float[] x, float[] m, float[] panels) = Operands(rows, depth, columns);
        float[] bias = Sample.Floats(columns, 3);
        var y = new float[rows * columns];
        Array.Fill(y, float.NaN);

        PanelProduct.MultiplyBias(x, rows, depth, depth, panels, columns, bias, y, columns);

        Exact expected = Exact.Product(Exact.Of(x, rows, depth), Exact.Of(m, depth, columns));
        expected.PlusRow(bias).AssertSum(depth, y, "y");
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void PackTransposed_AnySize_EqualsPackOfTransposed(int rows, int depth, int columns)
    {
        float[] m = Sample.Floats(depth * columns, (ulong)rows);
        float[] transposed = Array.ConvertAll(Plain.Transposed(Sample.Doubles(m), depth, columns), value => (float)value);
        var expected = new float[PanelProduct.PackedLength(depth, columns)];
        float[] actual = Enumerable.Repeat(float.NaN, expected.Length).ToArray();

        PanelProduct.Pack(m, depth, columns, expected);
        PanelProduct.PackTransposed(transposed, depth, columns, actual);

        CollectionAssert.AreEqual(expected, actual);
    }

    [TestMethod]
    [DataRow(64, 96)]
    [DataRow(1100, 70)]
    public void Multiply_RowAnywhere_HasTheSameBits(int depth, int columns)
    {
        const int rows = 205;
        (float[] x, _, float[] panels) = Operands(rows, depth, columns);
        var alone = new float[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            PanelProduct.Multiply(x.AsSpan(row * depth, depth), 1, depth, depth, panels, columns, alone.AsSpan(row * columns), columns);
        }

        // Up to 24 rows every tile height is met, alone and below another.
        foreach (int count in Enumerable.Range(1, 24).Append(rows))
        {
            var together = new float[count * columns];
            PanelProduct.Multiply(x, count, depth, depth, panels, columns, together, columns);

            CollectionAssert.AreEqual(alone[..(count * columns)], together, $"{count} rows");
        }
    }

    [TestMethod]
    public void Multiply_NotFiniteRow_SpoilsItselfAlone()
    {
        const int rows = 14;
        const int depth = 20;
        const int columns = 37;
        (float[] x, _, float[] panels) = Operands(rows, depth, columns);
        var clean = new float[rows * columns];
        PanelProduct.Multiply(x, rows, depth, depth, panels, columns, clean, columns);
        x[(3 * depth) + 7] = float.NaN;
        x[(5 * depth) + 2] = float.PositiveInfinity;
        var y = new float[rows * columns];

        PanelProduct.Multiply(x, rows, depth, depth, panels, columns, y, columns);

        for (int i = 0; i < y.Length; i++)
        {
            bool isExpected = (i / columns) switch
            {
                3 => float.IsNaN(y[i]),
                5 => float.IsInfinity(y[i]),
                _ => y[i] == clean[i],
            };
            Assert.IsTrue(isExpected, $"number {i} is {y[i]}");
        }
    }

    [TestMethod]
    public void Multiply_DenormalNumbers_AreNotFlushed()
    {
        float[] m = [2];
        var panels = new float[PanelProduct.PackedLength(1, 1)];
        PanelProduct.Pack(m, 1, 1, panels);
        var y = new float[1];

        PanelProduct.Multiply([float.Epsilon], 1, 1, 1, panels, 1, y, 1);

        Assert.AreEqual(2 * float.Epsilon, y[0]);
    }

    [TestMethod]
    public void Multiply_SpanTooShort_NamesItAndItsSizes()
    {
        var panels = new float[PanelProduct.PackedLength(4, 5)];

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => PanelProduct.Multiply(new float[11], 3, 4, 4, panels, 5, new float[15], 5));

        Assert.AreEqual(
            "'x' holds 11 numbers, which is no matrix of 3 rows of 4, each row 4 after the one before. (Parameter 'x')", exception.Message);
    }

    [TestMethod]
    [DataRow("panels", 3, 4, 4, 5, 5, -1, 0, 0)]
    [DataRow("y", 3, 4, 4, 5, 5, 0, -1, 0)]
    [DataRow("y", 3, 4, 4, 5, 4, 0, 0, 0)]
    [DataRow("x", 3, 4, 3, 5, 5, 0, 0, 0)]
    [DataRow("y", -1, 4, 4, 5, 5, 0, 0, 0)]
    [DataRow("bias", 3, 4, 4, 5, 5, 0, 0, -1)]
    public void MultiplyBias_WrongSize_IsRefused(
        string name, int rows, int depth, int xStride, int columns, int yStride, int morePanels, int moreY, int moreBias)
    {
        var panels = new float[PanelProduct.PackedLength(depth, columns) + morePanels];

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => PanelProduct.MultiplyBias(
            new float[12], rows, xStride, depth, panels, columns, new float[columns + moreBias], new float[15 + moreY], yStride));

        Assert.AreEqual(name, exception.ParamName);
    }

    private static (float[] X, float[] Matrix, float[] Panels) Operands(int rows, int depth, int columns)
    {
        float[] m = Sample.Floats(depth * columns, 2);
        float[] panels = Enumerable.Repeat(float.NaN, PanelProduct.PackedLength(depth, columns)).ToArray();
        PanelProduct.Pack(m, depth, columns, panels);
        return (Sample.Floats(rows * depth), m, panels);
    }
}
