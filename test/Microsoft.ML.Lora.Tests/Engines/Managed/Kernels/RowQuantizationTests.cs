using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

[TestClass, TestCategory("Kernels")]
public sealed class RowQuantizationTests
{
    private const int Rows = 5;

    /// <summary>2⁻¹⁰⁰, below which no scale is.</summary>
    private static readonly float SmallestScale = MathF.ScaleB(1, -100);

    public static IEnumerable<object[]> Lengths => [.. Enumerable.Range(0, 131).Select(columns => new object[] { columns })];

    [TestMethod, DynamicData(nameof(Lengths))]
    public void Quantize_AnyLength_EqualsTheDefinition(int columns)
    {
        float[] x = Sample.Floats(Rows * columns);

        (byte[] bytes, float[] scales) = Quantize(x, Rows, columns);

        int stride = RowQuantization.Stride(columns);
        for (int row = 0; row < Rows; row++)
        {
            float[] numbers = x[(row * columns)..((row + 1) * columns)];
            (int[] expected, float scale) = PlainRounding.Of(numbers);
            Assert.AreEqual(scale, scales[row]);
            CollectionAssert.AreEqual(expected, Numbers(bytes, row, columns));
            Assert.IsTrue(bytes.AsSpan(row * stride, stride)[columns..].IndexOfAnyExcept((byte)128) < 0, "A row is not filled up with zeros.");
        }
    }

    [TestMethod, DynamicData(nameof(Lengths))]
    public void Quantize_AnyLength_StaysWithinHalfAStep(int columns)
    {
        float[] x = Sample.Floats(Rows * columns, 4);

        (byte[] bytes, float[] scales) = Quantize(x, Rows, columns);

        for (int row = 0; row < Rows; row++)
        {
            int[] numbers = Numbers(bytes, row, columns);
            for (int i = 0; i < columns; i++)
            {
                Assert.AreEqual(x[(row * columns) + i], (double)scales[row] * numbers[i], PlainRounding.HalfAStep * scales[row], $"number {i}");
            }
        }
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(40)]
    public void Quantize_NumbersBetweenTwoSteps_GoToTheEvenOne(int columns)
    {
        // The largest number makes the scale 1.
        float[] x = [127, 0.5f, 1.5f, .. new float[columns - 3]];

        (byte[] bytes, float[] scales) = Quantize(x, 1, columns);

        Assert.AreEqual(1, scales[0]);
        CollectionAssert.AreEqual((int[])[127, 0, 2], Numbers(bytes, 0, 3));
    }

    [TestMethod]
    [DataRow(5)]
    [DataRow(77)]
    public void Quantize_ZerosOrDenormals_AreZerosWithAnOrdinaryScale(int columns)
    {
        float[] denormals = [.. Enumerable.Range(0, columns).Select(i => (i - 2) * float.Epsilon)];

        (byte[] bytes, float[] scales) = Quantize([.. new float[columns], .. denormals], 2, columns);

        CollectionAssert.AreEqual((float[])[SmallestScale, SmallestScale], scales);
        CollectionAssert.AreEqual(new int[columns], Numbers(bytes, 0, columns));
        CollectionAssert.AreEqual(new int[columns], Numbers(bytes, 1, columns));
    }

    [TestMethod]
    [DataRow(1e-37f)]
    [DataRow(1e-30f)]
    [DataRow(1f)]
    [DataRow(float.MaxValue)]
    public void Quantize_NumbersOfAnySize_StayFinite(float size)
    {
        const int columns = 35;
        float[] x = [.. Sample.Floats(columns).Select(value => value * size)];
        x[7] = -size;

        (byte[] bytes, float[] scales) = Quantize(x, 1, columns);

        int[] numbers = Numbers(bytes, 0, columns);
        Assert.AreEqual(Math.Max(-127, (int)MathF.Round(-size / SmallestScale)), numbers[7]);
        for (int i = 0; i < columns; i++)
        {
            Assert.AreEqual(x[i], (double)scales[0] * numbers[i], PlainRounding.HalfAStep * scales[0], $"number {i}");
        }
    }

    public static IEnumerable<object[]> NotFinite =>
    [
        .. from value in (float[])[float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity]
           from columns in (int[])[1, 31, 32, 75]
           select new object[] { value, columns },
    ];

    [TestMethod, DynamicData(nameof(NotFinite))]
    public void Quantize_NotFiniteNumberAnywhere_SpoilsItsRowAlone(float value, int columns)
    {
        float[] x = Sample.Floats(3 * columns);
        (byte[] cleanBytes, float[] cleanScales) = Quantize(x, 3, columns);
        for (int place = 0; place < columns; place++)
        {
            float[] spoilt = [.. x];
            spoilt[columns + place] = value;

            (byte[] bytes, float[] scales) = Quantize(spoilt, 3, columns);

            CollectionAssert.AreEqual((float[])[cleanScales[0], float.NaN, cleanScales[2]], scales, $"place {place}");
            CollectionAssert.AreEqual(new int[columns], Numbers(bytes, 1, columns), $"place {place}");
            CollectionAssert.AreEqual(Numbers(cleanBytes, 0, columns), Numbers(bytes, 0, columns), $"place {place}");
            CollectionAssert.AreEqual(Numbers(cleanBytes, 2, columns), Numbers(bytes, 2, columns), $"place {place}");
        }
    }

    [TestMethod]
    [DataRow("x", -1, 0, 0)]
    [DataRow("bytes", 0, -1, 0)]
    [DataRow("scales", 0, 0, -1)]
    public void Quantize_WrongSize_IsRefused(string name, int moreNumbers, int moreBytes, int moreScales)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => RowQuantization.Quantize(
            new float[10 + moreNumbers], 2, 5, new byte[16 + moreBytes], new float[2 + moreScales]));

        Assert.AreEqual(name, exception.ParamName);
    }

    private static (byte[] Bytes, float[] Scales) Quantize(float[] x, int rows, int columns)
    {
        var bytes = new byte[rows * RowQuantization.Stride(columns)];
        float[] scales = Enumerable.Repeat(float.NegativeInfinity, rows).ToArray();
        RowQuantization.Quantize(x, rows, columns, bytes, scales);
        return (bytes, scales);
    }

    private static int[] Numbers(byte[] bytes, int row, int columns) =>
        [.. bytes.Skip(row * RowQuantization.Stride(columns)).Take(columns).Select(value => value - 128)];
}
