using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.Scoring;

[TestClass, TestCategory("Kernels")]
public sealed class NearestRowsTests
{
    // A distance is a root of some tens of squares in single precision.
    private const double Rounding = 1e-5;

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(3, 7)]
    [DataRow(4, 8)]
    [DataRow(5, 16)]
    [DataRow(40, 13)]
    [DataRow(42, 67)]
    public void Distances_EveryK_AreThoseOfSortingAllDistances(int rows, int columns)
    {
        Matrix members = Random(rows, columns, seed: 1);
        Matrix vectors = Random(2, columns, seed: 2);
        var search = new NearestRows(members);
        double[][] sorted = [.. new[] { 0, 1 }.Select(i => Enumerable.Range(0, rows).Select(row => Distance(members.Row(row), vectors.Row(i))).Order().ToArray())];

        for (int k = 1; k <= rows; k++)
        {
            (float first, float second) = search.Distances(vectors.Row(0), vectors.Row(1), k);
            Assert.AreEqual(sorted[0][k - 1], first, Rounding, $"k = {k}.");
            Assert.AreEqual(sorted[1][k - 1], second, Rounding, $"k = {k}.");
        }
    }

    [TestMethod]
    public void Distances_OfAVector_DoNotDependOnTheOther()
    {
        var search = new NearestRows(Random(42, 67, seed: 1));
        Matrix vectors = Random(3, 67, seed: 2);

        (float first, float second) = search.Distances(vectors.Row(0), vectors.Row(1), 5);

        Assert.AreEqual((second, first), search.Distances(vectors.Row(1), vectors.Row(0), 5));
        Assert.AreEqual(first, search.Distances(vectors.Row(0), vectors.Row(2), 5).First);
    }

    [TestMethod]
    public void Distances_RowsThatDoNotCount_AreLeftOut()
    {
        Matrix members = Random(42, 67, seed: 1);

        (float first, float second) = new NearestRows(members).Distances(members.Row(6), members.Row(7), 1, 6..8);

        double[] expected = [.. new[] { 6, 7 }.Select(i => Enumerable.Range(0, 42).Where(row => row is not (6 or 7)).Min(row => Distance(members.Row(row), members.Row(i))))];
        Assert.AreEqual(expected[0], first, Rounding);
        Assert.AreEqual(expected[1], second, Rounding);
    }

    /// <summary>Where products alone would leave nothing but rounding.</summary>
    [TestMethod]
    public void Distances_ToARowThatIsTheVectorOrHardlyAnother_AreExact()
    {
        Matrix members = Random(42, 67, seed: 1);
        float[] beside = members.Row(9).ToArray();
        beside[3] += 1e-4f;

        (float same, float near) = new NearestRows(members).Distances(members.Row(5), beside, 1);

        Assert.AreEqual(0f, same);
        Assert.AreEqual(1e-4, near, 1e-7);
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        }

        return Math.Sqrt(sum);
    }

    private static Matrix Random(int rows, int columns, ulong seed)
    {
        var random = new SeededRandom(seed);
        return new Matrix(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() - 0.5f)]);
    }
}
