using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class ByteProductTests
{
    /// <summary>Each depth, number of columns and number of rows by itself, so that each tail is met; and sizes beyond all blocks.</summary>
    public static IEnumerable<object[]> Sizes =>
    [
        .. Enumerable.Range(0, 131).Select(depth => new object[] { 7, depth, 33 }),
        .. Enumerable.Range(0, 71).Select(columns => new object[] { 13, 19, columns }),
        .. Enumerable.Range(0, 16).Select(rows => new object[] { rows, 17, 70 }),
        .. Enumerable.Range(0, 16).Select(rows => new object[] { rows, 36, 32 }),
        [200, 70, 50],
        [3, 1030, 40],
    ];

    [TestMethod, DynamicData(nameof(Sizes))]
    public void MultiplyBias_AnySize_EqualsSumsOfWholeNumbersBitForBit(int rows, int depth, int columns)
    {
        float[] x = Sample.Floats(rows * depth);
        float[] weight = Sample.Floats(columns * depth, 2);
        float[] bias = Sample.Floats(columns, 3);
        int yStride = columns + 5;

        float[] y = Multiply(x, rows, depth, weight, columns, bias, yStride);

        CollectionAssert.AreEqual(Expected(x, rows, depth, weight, columns, bias), Sample.Gathered(y, rows, columns, yStride));
    }

    [TestMethod, DynamicData(nameof(Sizes))]
    public void MultiplyBias_AnySize_StaysWithinTheStatedBound(int rows, int depth, int columns)
    {
        float[] x = Sample.Floats(rows * depth);
        float[] weight = Sample.Floats(columns * depth, 2);
        float[] bias = Sample.Floats(columns, 3);

        float[] y = Multiply(x, rows, depth, weight, columns, bias, columns);

        for (int i = 0; i < y.Length; i++)
        {
            double[] left = Sample.Doubles(x[(i / columns * depth)..((i / columns * depth) + depth)]);
            double[] right = Sample.Doubles(weight[(i % columns * depth)..((i % columns * depth) + depth)]);
            double exact = bias[i % columns] + left.Zip(right, (a, b) => a * b).Sum();
            double t = PlainRounding.Of(Array.ConvertAll(left, value => (float)value)).Scale;
            double s = PlainRounding.Of(Array.ConvertAll(right, value => (float)value)).Scale;
            double half = PlainRounding.HalfAStep;
            double bound = (half * t * right.Sum(Math.Abs)) + (half * s * left.Sum(Math.Abs)) + (half * half * depth * t * s);
            Assert.AreEqual(exact, y[i], bound + (4 * Precision.Rounding * (Math.Abs(exact) + bound + 1)), $"number {i}");
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(6)]
    public void MultiplyBias_LargestNumbersAtTheLargestDepth_AddUpWithoutOverflow(int rows)
    {
        const int depth = ByteProduct.MostDepth;
        float[] ones = Enumerable.Repeat(1f, rows * depth).ToArray();
        float[] weight = [.. Enumerable.Repeat(1f, depth), .. Enumerable.Repeat(-1f, depth)];

        float[] y = Multiply(ones, rows, depth, weight, 2, [0, 0], 2);

        for (int i = 0; i < y.Length; i++)
        {
            Assert.AreEqual(i % 2 == 0 ? depth : -depth, y[i], 4 * Precision.Rounding * depth);
        }
    }

    [TestMethod]
    [DataRow(64, 96)]
    [DataRow(45, 41)]
    public void MultiplyBias_RowAnywhere_HasTheSameBits(int depth, int columns)
    {
        const int rows = 50;
        float[] x = Sample.Floats(rows * depth);
        float[] weight = Sample.Floats(columns * depth, 2);
        float[] bias = Sample.Floats(columns, 3);
        float[] alone =
        [
            .. Enumerable.Range(0, rows).SelectMany(row => Multiply(x[(row * depth)..((row + 1) * depth)], 1, depth, weight, columns, bias, columns)),
        ];

        for (int count = 1; count <= rows; count++)
        {
            float[] together = Multiply(x[..(count * depth)], count, depth, weight, columns, bias, columns);

            CollectionAssert.AreEqual(alone[..(count * columns)], together, $"{count} rows");
        }
    }

    [TestMethod]
    public void MultiplyBias_NotFiniteRowOrColumn_SpoilsItselfAlone()
    {
        const int rows = 14;
        const int depth = 40;
        const int columns = 37;
        float[] x = Sample.Floats(rows * depth);
        float[] weight = Sample.Floats(columns * depth, 2);
        float[] bias = Sample.Floats(columns, 3);
        float[] clean = Multiply(x, rows, depth, weight, columns, bias, columns);
        x[(3 * depth) + 7] = float.NaN;
        x[(13 * depth) + 2] = float.PositiveInfinity;
        weight[(20 * depth) + 39] = float.NegativeInfinity;
        weight[(36 * depth) + 1] = float.NaN;

        float[] y = Multiply(x, rows, depth, weight, columns, bias, columns);

        for (int i = 0; i < y.Length; i++)
        {
            bool isSpoilt = i / columns is 3 or 13 || i % columns is 20 or 36;
            Assert.IsTrue(isSpoilt ? float.IsNaN(y[i]) : y[i] == clean[i], $"number {i} is {y[i]}");
        }
    }

    [TestMethod]
    public void MultiplyBias_ZerosAndDenormals_GiveTheBias()
    {
        const int depth = 33;
        float[] x = [.. new float[depth], .. Enumerable.Repeat(float.Epsilon, depth)];
        float[] weight = [.. Sample.Floats(depth), .. new float[depth], .. Enumerable.Repeat(-float.Epsilon, depth)];
        float[] bias = [1, 2, 3];

        float[] y = Multiply(x, 2, depth, weight, 3, bias, 3);

        CollectionAssert.AreEqual((float[])[1, 2, 3, 1, 2, 3], y);
    }

    [TestMethod]
    public void PackedLength_TooDeep_IsRefusedWithTheLimit()
    {
        ArgumentOutOfRangeException exception =
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ByteProduct.PackedLength(ByteProduct.MostDepth + 1, 1));

        StringAssert.Contains(exception.Message, "'133144'");
    }

    [TestMethod]
    [DataRow("x", 3, 5, -1, 0, 0, 0, 0)]
    [DataRow("scales", 3, 5, 0, -1, 0, 0, 0)]
    [DataRow("panels", 3, 5, 0, 0, -1, 0, 0)]
    [DataRow("bias", 3, 5, 0, 0, 0, -1, 0)]
    [DataRow("y", 3, 5, 0, 0, 0, 0, -1)]
    [DataRow("y", 3, 4, 0, 0, 0, 0, 0)]
    [DataRow("x", -1, 5, 0, 0, 0, 0, 0)]
    public void MultiplyBias_WrongSize_IsRefused(
        string name, int rows, int yStride, int moreBytes, int moreScales, int morePanels, int moreBias, int moreY)
    {
        const int depth = 6;
        const int columns = 5;
        var panels = new int[ByteProduct.PackedLength(depth, columns) + morePanels];

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => ByteProduct.MultiplyBias(
            new byte[24 + moreBytes], new float[3 + moreScales], rows, depth, panels, columns, new float[columns + moreBias],
            new float[15 + moreY], yStride));

        Assert.AreEqual(name, exception.ParamName);
    }

    private static float[] Multiply(float[] x, int rows, int depth, float[] weight, int columns, float[] bias, int yStride)
    {
        int[] panels = Enumerable.Repeat(-1, ByteProduct.PackedLength(depth, columns)).ToArray();
        ByteProduct.PackTransposed(weight, depth, columns, panels);
        var bytes = new byte[rows * RowQuantization.Stride(depth)];
        var scales = new float[rows];
        RowQuantization.Quantize(x, rows, depth, bytes, scales);
        float[] y = Enumerable.Repeat(float.NaN, rows * yStride).ToArray();
        ByteProduct.MultiplyBias(bytes, scales, rows, depth, panels, columns, bias, y, yStride);
        return y;
    }

    private static float[] Expected(float[] x, int rows, int depth, float[] weight, int columns, float[] bias)
    {
        (int[] Numbers, float Scale)[] left = Rounded(x, rows, depth);
        (int[] Numbers, float Scale)[] right = Rounded(weight, columns, depth);
        var y = new float[rows * columns];
        for (int i = 0; i < y.Length; i++)
        {
            (int[] a, float t) = left[i / columns];
            (int[] b, float s) = right[i % columns];
            int sum = 0;
            for (int k = 0; k < depth; k++)
            {
                sum += a[k] * b[k];
            }

            y[i] = MathF.FusedMultiplyAdd(sum, t * s, bias[i % columns]);
        }

        return y;
    }

    private static (int[] Numbers, float Scale)[] Rounded(float[] x, int rows, int columns) =>
        [.. Enumerable.Range(0, rows).Select(row => PlainRounding.Of(x[(row * columns)..((row + 1) * columns)]))];
}
