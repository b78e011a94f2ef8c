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
    [DataRow(1)]
    [DataRow(5)]
    [DataRow(Members - 2)]
    public void Of_Embeddings_MeasuresEachPairAgainstTheOthers(int k)
    {
        EmbeddingBank bank = EmbeddingBank.Of(Rows, k);

        double[] expected = [.. Enumerable.Range(0, Members / 2)
            .Select(pair => new[] { 2 * pair, (2 * pair) + 1 }
                .Average(i => Enumerable.Range(0, Members).Where(j => j / 2 != pair).Select(j => Chord(Direct(Rows.Row(i), bank.Mean), Direct(Rows.Row(j), bank.Mean))).Order().ElementAt(k - 1)))
            .Order()];

        Assert.HasCount(Members / 2, bank.Distances);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], bank.Distances[i], Rounding);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    public void Distance_OfAPair_IsTheMeanOfItsSentencesByBruteForce(int k)
    {
        EmbeddingBank bank = EmbeddingBank.Of(Rows, k);
        Matrix pair = Random(2, Hidden, seed: 3);

        double expected = new[] { 0, 1 }
            .Average(i => Enumerable.Range(0, Members).Select(j => Chord(Direct(pair.Row(i), bank.Mean), Direct(Rows.Row(j), bank.Mean))).Order().ElementAt(k - 1));

        Assert.AreEqual(expected, bank.Distance(pair.Row(0), pair.Row(1)), Rounding);
        Assert.AreEqual(bank.Distance(pair.Row(0), pair.Row(1)), bank.Distance(pair.Row(1), pair.Row(0)));
    }

    [TestMethod]
    [DataRow(0.05f, 1f)]
    [DataRow(0.1f, 1f)]
    [DataRow(0.15f, 4f / 5)]
    [DataRow(0.2f, 4f / 5)]
    [DataRow(0.3f, 2f / 5)]
    [DataRow(0.5f, 1f / 5)]
    public void Density_OfADistance_IsTheShareOfPairsThatAreNoCloser(float distance, float expected)
    {
        EmbeddingBank bank = EmbeddingBank.Of(Rows, neighbours: 1).RankedAmong([0.4f, 0.2f, 0.1f, 0.2f]);

        Assert.AreEqual(expected, bank.Density(distance));
    }

    [TestMethod]
    public void RankedAmong_MoreThanAreKept_KeepsQuantiles()
    {
        EmbeddingBank bank = EmbeddingBank.Of(Rows, neighbours: 1).RankedAmong(Enumerable.Range(0, 10_240).Reverse().Select(i => i / 10_240f));

        CollectionAssert.AreEqual(Enumerable.Range(0, 1024).Select(i => ((10 * i) + 5) / 10_240f).ToArray(), bank.Distances.ToArray());
    }

    [TestMethod]
    public void Mean_OfMembers_IsTheirMean()
    {
        EmbeddingBank bank = EmbeddingBank.Of(new Matrix(4, 2, [1, 2, 5, -4, 2, 0, 4, 6]), neighbours: 1);

        CollectionAssert.AreEqual(new float[] { 3, 1 }, bank.Mean);
    }

    [TestMethod]
    [DataRow(40, 0, 1)]
    [DataRow(40, 3, 39)]
    [DataRow(40, 3, 0)]
    [DataRow(39, 3, 1)]
    [DataRow(2, 1, 1)]
    public void Bank_PartsThatDoNotFit_AreRefused(int rows, int distances, int neighbours)
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(
            () => new EmbeddingBank(new Matrix(rows, 1, new float[rows]), new float[distances], neighbours));

        Assert.AreEqual(
            "A bank needs the sentences of two pairs or more, a distance or more, and from 1 to m - 2 neighbours, m being its sentences, "
            + $"but came with {rows} sentences, {distances} distances and {neighbours} neighbours.",
            exception.Message);
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

    private static double Chord(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    private static double[] Direct(ReadOnlySpan<float> row, float[] mean)
    {
        double[] centred = [.. row.ToArray().Zip(mean, (value, centre) => (double)value - centre)];
        double length = Math.Sqrt(centred.Sum(value => value * value));
        return [.. centred.Select(value => value / length)];
    }

    private static Matrix Random(int rows, int columns, ulong seed)
    {
        var random = new SeededRandom(seed);
        return new Matrix(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle())]);
    }
}
