using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.Scoring;

[TestClass, TestCategory("Kernels")]
public sealed class NearestRowsTests
{
    // A distance is a root of some tens of squares in single precision.
    private const double Rounding = 1e-5;

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(5)]
    [DataRow(42)]
    public void Distances_EveryKAndWidth_AreThoseOfSortingAllDistances(int rows)
    {
        for (int columns = 1; columns <= 65; columns++)
        {
            Matrix members = Random(rows, columns, seed: 1);
            Matrix vectors = Random(2, columns, seed: 2);
            var search = new NearestRows(members);
            double[][] sorted = [.. new[] { 0, 1 }.Select(i => Enumerable.Range(0, rows).Select(row => Distance(members.Row(row), vectors.Row(i))).Order().ToArray())];

            for (int k = 1; k <= rows; k++)
            {
                (float first, float second) = search.Distances(vectors.Row(0), vectors.Row(1), k);
                Assert.AreEqual(sorted[0][k - 1], first, Rounding, $"{columns} columns, k = {k}.");
                Assert.AreEqual(sorted[1][k - 1], second, Rounding, $"{columns} columns, k = {k}.");
            }
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

    /// <summary>Where products alone would leave nothing but rounding: neighbours at 0, 1, 2, … hundred thousandths from the vector, in any order.</summary>
    [TestMethod]
    public void Distances_ToRowsThatAreTheVectorOrHardlyOthers_AreExact()
    {
        int[] steps = [7, 3, 0, 9, 1, 8, 2, 6, 5, 4];
        Matrix members = Random(steps.Length, 67, seed: 1);
        float[] vector = members.Row(0).ToArray();
        for (int row = 0; row < steps.Length; row++)
        {
            vector.CopyTo(members.Values, row * vector.Length);
            members.Values[row * vector.Length] += steps[row] * 1e-5f;
        }

        var search = new NearestRows(members);
        for (int k = 1; k <= steps.Length; k++)
        {
            Assert.AreEqual((k - 1) * 1e-5, search.Distances(vector, vector, k).First, 1e-7);
        }
    }

    [TestMethod]
    public void Distances_WhereNoNumberComesOut_AreInfinite()
    {
        Matrix members = Random(6, 20, seed: 1);
        members.Values[25] = float.NaN;
        Matrix vectors = Random(2, 20, seed: 2);
        float[] broken = vectors.Row(1).ToArray();
        broken[3] = float.NaN;
        var search = new NearestRows(members);

        double[] sorted = [.. new[] { 0, 2, 3, 4, 5 }.Select(row => Distance(members.Row(row), vectors.Row(0))).Order()];
        Assert.AreEqual(sorted[4], search.Distances(vectors.Row(0), broken, 5).First, Rounding);
        Assert.AreEqual(float.PositiveInfinity, search.Distances(vectors.Row(0), broken, 1).Second);
        Assert.AreEqual(float.PositiveInfinity, search.Distances(vectors.Row(0), broken, 6).First);
        Assert.AreEqual(float.PositiveInfinity, search.Distances(vectors.Row(0), broken, 4, 2..4).First);
    }

    [TestMethod]
    public void Distances_FromNothing_AreTheRowsLengths()
    {
        Matrix members = Random(6, 20, seed: 1);
        float[] nothing = new float[20];

        Assert.AreEqual(Enumerable.Range(0, 6).Min(row => Distance(members.Row(row), nothing)), new NearestRows(members).Distances(nothing, nothing, 1).First, Rounding);
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
