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
        double[] expected = [.. Enumerable.Range(0, Members).Select(i => Distances(Rows.Row(i).ToArray()).Where((_, j) => j != i).Order().ElementAt(k - 1)).Order()];

        EmbeddingBank bank = EmbeddingBank.Of(Rows, k);

        for (int i = 0; i < Members; i++)
        {
            Assert.AreEqual(expected[i], bank.Distances[i], Rounding);
        }
    }

    [TestMethod]
    public void Density_OfDistances_IsTheShareOfMembersThatAreNoCloser()
    {
        // Members at 0, 1, 3, 7 on a line: to their nearest they have 1, 1, 2, 4.
        EmbeddingBank bank = EmbeddingBank.Of(new Matrix(4, 1, [0, 1, 3, 7]), neighbours: 1);

        Assert.AreEqual(1, bank.Density([0.5f]));
        Assert.AreEqual(1, bank.Density([-1]));
        Assert.AreEqual(3f / 5, bank.Density([-1.5f]));
        Assert.AreEqual(2f / 5, bank.Density([-4]));
        Assert.AreEqual(1f / 5, bank.Density([-4.5f]));
        Assert.AreEqual(1f / 5, bank.Density([1e6f]));
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

    private static IEnumerable<double> Distances(float[] query) => Rows.Values.Chunk(Hidden)
        .Select(row => Math.Sqrt(row.Zip(query, (a, b) => ((double)a - b) * ((double)a - b)).Sum()));

    private static Matrix Random(int rows, int columns, ulong seed)
    {
        var random = new SeededRandom(seed);
        return new Matrix(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle())]);
    }
}
