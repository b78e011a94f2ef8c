using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Primitives;

[TestClass]
public sealed class EncodedPairTests
{
    [TestMethod]
    public void SegmentOf_Positions_ChangesAtTheSecondSentence()
    {
        var pair = new EncodedPair([2, 10, 11, 3, 20, 3], new TokenSpan(1, 2), new TokenSpan(4, 1));

        int[] segments = [.. Enumerable.Range(0, pair.Length).Select(pair.SegmentOf)];

        CollectionAssert.AreEqual(new[] { 0, 0, 0, 0, 1, 1 }, segments);
    }

    [TestMethod]
    public void Constructor_EmptySentences_AreLegal()
    {
        var pair = new EncodedPair([2, 3, 3], new TokenSpan(1, 0), new TokenSpan(2, 0));

        Assert.AreEqual(3, pair.Length);
        Assert.AreEqual(1, pair.First.End);
        Assert.AreEqual(2, pair.Second.End);
    }

    [TestMethod]
    [DataRow(-1, 1, 4, 1, DisplayName = "the first begins before the sequence")]
    [DataRow(1, 4, 4, 1, DisplayName = "they overlap")]
    [DataRow(1, 2, 4, 3, DisplayName = "the second ends behind the sequence")]
    public void Constructor_SentenceOutOfBounds_Throws(int firstStart, int firstLength, int secondStart, int secondLength)
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => new EncodedPair([2, 10, 11, 3, 20, 3], new TokenSpan(firstStart, firstLength), new TokenSpan(secondStart, secondLength)));
    }
}
