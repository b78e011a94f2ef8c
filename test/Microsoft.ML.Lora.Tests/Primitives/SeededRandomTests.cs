using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Primitives;

/// <summary>Expected numbers come from a transcription of the two published algorithms into Python's unbounded integers.</summary>
[TestClass]
public sealed class SeededRandomTests
{
    [TestMethod]
    public void NextBits_StateOneToFour_GivesThePublishedSequence()
    {
        var random = new SeededRandom(new RandomState(1, 2, 3, 4));

        ulong[] drawn = [.. Enumerable.Range(0, 6).Select(_ => random.NextBits())];

        CollectionAssert.AreEqual(new ulong[] { 11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600 }, drawn);
    }

    [TestMethod]
    [DataRow(0UL, 0x99ec5f36cb75f2b4UL, 0xbf6e1f784956452aUL, 0x1a5f849d4933e6e0UL)]
    [DataRow(1UL, 0xb3f2af6d0fc710c5UL, 0x853b559647364ceaUL, 0x92f89756082a4514UL)]
    [DataRow(1234567UL, 0x30a3a1c363600467UL, 0x19405f0f579929caUL, 0x115beaac046ddbd9UL)]
    [DataRow(ulong.MaxValue, 0x8f5520d52a7ead08UL, 0xc476a018caa1802dUL, 0x81de31c0d260469eUL)]
    public void NextBits_Seed_GivesTheReferenceSequence(ulong seed, ulong first, ulong second, ulong third)
    {
        var random = new SeededRandom(seed);

        ulong[] drawn = [random.NextBits(), random.NextBits(), random.NextBits()];

        CollectionAssert.AreEqual(new[] { first, second, third }, drawn);
    }

    [TestMethod]
    public void NextDouble_And_NextSingle_TakeTheHighBits()
    {
        var doubles = new SeededRandom(5);
        var singles = new SeededRandom(5);

        Assert.AreEqual(0.2884112281702357, doubles.NextDouble());
        Assert.AreEqual(0.6020823331320106, doubles.NextDouble());
        Assert.AreEqual(0.2884112000465393f, singles.NextSingle());
        Assert.AreEqual(0.6020823121070862f, singles.NextSingle());
    }

    [TestMethod]
    public void NextInt_Seed_GivesTheReferenceSequence()
    {
        var random = new SeededRandom(1234567);

        int[] drawn = [.. Enumerable.Range(0, 12).Select(_ => random.NextInt(10))];

        CollectionAssert.AreEqual(new[] { 1, 0, 0, 9, 6, 4, 8, 3, 3, 1, 7, 2 }, drawn);
    }

    [TestMethod]
    public void NextInt_BoundThatDoesNotDivideTheRange_HasNoFavourites()
    {
        // Without rejection a bound of 3 · 2²⁹ would take every other number ever so often twice: 979 of 3,000 is the reference's count.
        const int Bound = 3 << 29;
        var random = new SeededRandom(99);

        int high = Enumerable.Range(0, 3000).Count(_ => random.NextInt(Bound) >= 1 << 30);

        Assert.AreEqual(979, high);
    }

    [TestMethod]
    public void NextInt_SmallBound_GivesEachNumberEquallyOften()
    {
        const int Bound = 7;
        const int Draws = 70_000;
        var random = new SeededRandom(3);
        int[] counts = new int[Bound];

        for (int i = 0; i < Draws; i++)
        {
            counts[random.NextInt(Bound)]++;
        }

        double chiSquare = counts.Sum(count => Math.Pow(count - Draws / Bound, 2) / (Draws / (double)Bound));
        Assert.IsLessThan(16.8, chiSquare, "Above what 1 % of fair generators give with 6 degrees of freedom.");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    public void NextInt_BoundNotPositive_Throws(int bound)
    {
        var random = new SeededRandom(1);

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => random.NextInt(bound));
    }

    [TestMethod]
    public void Shuffle_Seed_GivesTheReferenceOrder()
    {
        int[] values = [0, 1, 2, 3, 4, 5, 6, 7];

        new SeededRandom(42).Shuffle(values.AsSpan());

        CollectionAssert.AreEqual(new[] { 7, 1, 6, 3, 5, 4, 2, 0 }, values);
    }

    [TestMethod]
    public void Restore_SavedState_GoesOnFromThere()
    {
        var random = new SeededRandom(8);
        random.NextBits();
        RandomState saved = random.Save();
        ulong[] expected = Draw(random);

        random.Restore(saved);
        var other = new SeededRandom(saved);

        CollectionAssert.AreEqual(expected, Draw(random));
        CollectionAssert.AreEqual(expected, Draw(other));
    }

    [TestMethod]
    public void Restore_AllZeroState_Throws()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new SeededRandom(default(RandomState)));

        Assert.AreEqual("A random state of four zero words is not a state of this generator. (Parameter 'state')", exception.Message);
    }

    [TestMethod]
    public void Derive_Reference_IsMet()
    {
        Assert.AreEqual(0x44d7abb38f13b0b1UL, SeededRandom.Derive(7, "order"));
        Assert.AreEqual(0xa706dd2f4d197e6fUL, SeededRandom.Derive(0, ""));
    }

    [TestMethod]
    public void Derive_SeedsAndPurposes_AreAllDifferent()
    {
        string[] purposes = ["", "a", "b", "ab", "ba", "order of epoch 1", "order of epoch 10", "initial weights"];

        ulong[] derived = [.. from seed in Enumerable.Range(0, 100) from purpose in purposes select SeededRandom.Derive((ulong)seed, purpose)];

        Assert.HasCount(100 * purposes.Length, derived.Distinct().ToArray());
    }

    /// <summary>As many numbers as it takes until every word of the state has shown.</summary>
    private static ulong[] Draw(SeededRandom random) => [.. Enumerable.Range(0, 5).Select(_ => random.NextBits())];
}
