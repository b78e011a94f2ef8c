using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.Scoring;

[TestClass]
public sealed class EmbeddingBankTests
{
    private const int Members = 40;
    private const int Hidden = 13;

    // A distance is a root of 13 squares in single precision.
    private const double Rounding = 1e-5;

    private static readonly Matrix Rows = Random(Members, Hidden, seed: 1);

    [TestMethod]
    public void NearestDistance_EveryK_IsThatOfSortingAllDistances()
    {
        float[] query = Random(1, Hidden, seed: 2).Values;
        double[] sorted = [.. Distances(query).Order()];

        for (int k = 1; k <= Members; k++)
        {
            Assert.AreEqual(sorted[k - 1], EmbeddingBank.NearestDistance(Rows, query, k, without: -1), Rounding, $"k = {k}.");
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    [DataRow(Members - 1)]
    public void Of_Embeddings_MeasuresEachMemberAgainstTheOthers(int k)
    {
        EmbeddingBank bank = EmbeddingBank.Of(Rows, k);

        double[] expected = [.. Enumerable.Range(0, Members)
            .Select(i => Enumerable.Range(0, Members).Where(j => j != i).Select(j => Chord(i, j, bank.Mean)).Order().ElementAt(k - 1))
            .Order()];

        for (int i = 0; i < Members; i++)
        {
            Assert.AreEqual(expected[i], bank.Distances[i], Rounding);
        }
    }

    [TestMethod]
    public void Density_OfDistances_IsTheShareOfMembersThatAreNoCloser()
    {
        // Six members around their mean, (0, 0): to their nearest they have 10, 10, 30, 40, 40 and 70 degrees.
        double[] degrees = [10, 20, 50, 190, 230, 300];
        double[] lengths = Balanced(degrees);
        EmbeddingBank bank = EmbeddingBank.Of(new Matrix(6, 2, [.. degrees.SelectMany((at, i) => At(at, lengths[i]))]), neighbours: 1);

        Assert.AreEqual(1, bank.Density(At(15, 3)));
        Assert.AreEqual(1, bank.Density(At(1, 100)));
        Assert.AreEqual(5f / 7, bank.Density(At(359, 0.1)));
        Assert.AreEqual(4f / 7, bank.Density(At(335, 1)));
        Assert.AreEqual(2f / 7, bank.Density(At(119, 1)));
    }

    [TestMethod]
    public void Mean_OfMembers_IsTheirMean()
    {
        EmbeddingBank bank = EmbeddingBank.Of(new Matrix(2, 2, [1, 2, 5, -4]), neighbours: 1);

        CollectionAssert.AreEqual(new float[] { 3, -1 }, bank.Mean);
    }

    [TestMethod]
    public void Bank_PartsThatDoNotFit_AreRefused()
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => new EmbeddingBank(Rows, new float[3], Members));

        Assert.AreEqual("A bank of 40 embeddings needs as many distances and from 1 to 39 neighbours, but came with 3 distances and 40 neighbours.", exception.Message);
    }

    [TestMethod]
    public void Choose_MorePairsThanWanted_DrawsBySeedAlone()
    {
        int[] drawn = BankDraw.Choose(1000, 100, seed: 1);

        CollectionAssert.AreEqual(drawn, BankDraw.Choose(1000, 100, seed: 1));
        CollectionAssert.AreNotEqual(drawn, BankDraw.Choose(1000, 100, seed: 2));
        Assert.AreEqual(100, drawn.Distinct().Count());
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, BankDraw.Choose(3, 100, seed: 1));
    }

    /// <summary>Lengths with which the six vectors add up to nothing: 1, but for the fourth and the sixth.</summary>
    private static double[] Balanced(double[] degrees)
    {
        double[] lengths = [1, 1, 1, 1, 1, 1];
        (double x, double y) = (0, 0);
        foreach (int i in (int[])[0, 1, 2, 4])
        {
            (x, y) = (x + At(degrees[i], 1)[0], y + At(degrees[i], 1)[1]);
        }

        float[] a = At(degrees[3], 1);
        float[] b = At(degrees[5], 1);
        double determinant = ((double)a[0] * b[1]) - ((double)b[0] * a[1]);
        lengths[3] = ((-x * b[1]) + (y * b[0])) / determinant;
        lengths[5] = ((-y * a[0]) + (x * a[1])) / determinant;
        return lengths;
    }

    private static float[] At(double degrees, double length) =>
        [(float)(length * Math.Cos(degrees * Math.PI / 180)), (float)(length * Math.Sin(degrees * Math.PI / 180))];

    private static double Chord(int i, int j, float[] mean)
    {
        double[] a = Direct(i, mean);
        double[] b = Direct(j, mean);
        return Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
    }

    private static double[] Direct(int row, float[] mean)
    {
        double[] centred = [.. Rows.Row(row).ToArray().Zip(mean, (value, centre) => (double)value - centre)];
        double length = Math.Sqrt(centred.Sum(value => value * value));
        return [.. centred.Select(value => value / length)];
    }

    private static IEnumerable<double> Distances(float[] query) => Rows.Values.Chunk(Hidden)
        .Select(row => Math.Sqrt(row.Zip(query, (a, b) => ((double)a - b) * ((double)a - b)).Sum()));

    private static Matrix Random(int rows, int columns, ulong seed)
    {
        var random = new SeededRandom(seed);
        return new Matrix(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle())]);
    }
}
