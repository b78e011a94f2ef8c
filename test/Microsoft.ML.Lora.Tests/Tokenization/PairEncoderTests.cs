using System.Globalization;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Tests.Tokenization;

[TestClass]
public sealed class PairEncoderTests
{
    private const int NoLimit = 100_000;

    private static readonly Lazy<PairEncoder> Mini = new(() => PairEncoder.Load(Goldens.Mini()));

    [TestMethod]
    public void Load_EmbeddedEncoder_HasItsVocabulary()
    {
        Assert.AreEqual(8192, Mini.Value.VocabularySize);
        Assert.AreEqual(0, Mini.Value.PaddingId);
    }

    [TestMethod]
    public void Encode_AwkwardPairsAtManyLimits_GivesTheIdsAndSegmentsOfHuggingFace()
    {
        string[] lines = Goldens.Lines("awkward.mini.pairs.txt");
        Assert.HasCount(854, lines);
        foreach (string line in lines)
        {
            int[] question = Goldens.Ids(line[..line.IndexOf(':', StringComparison.Ordinal)]);
            int[] answer = Goldens.Ids(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);

            EncodedPair pair = Mini.Value.Encode(Goldens.Texts[question[0]], Goldens.Texts[question[1]], question[2]);

            Assert.AreSequenceEqual(answer[1..], pair.TokenIds.ToArray(), line);
            Assert.AreEqual(answer[0], Enumerable.Range(0, pair.Length).Count(position => pair.SegmentOf(position) == 0), line);
        }
    }

    [TestMethod]
    public void Encode_TwoSentences_TellsWhereTheyLie()
    {
        EncodedPair pair = Mini.Value.Encode("how are you", "the", NoLimit);

        Assert.AreEqual(new TokenSpan(1, 3), pair.First);
        Assert.AreEqual(new TokenSpan(5, 1), pair.Second);
        Assert.AreEqual(7, pair.Length);
        Assert.AreEqual((2, 3, 3), (pair.TokenIds[0], pair.TokenIds[4], pair.TokenIds[6]));
    }

    [TestMethod]
    public void Encode_EmptySentences_LeavesOnlySpecialTokens()
    {
        EncodedPair pair = Mini.Value.Encode("", " ", NoLimit);

        Assert.AreSequenceEqual([2, 3, 3], pair.TokenIds.ToArray());
        Assert.AreEqual((0, 0), (pair.First.Length, pair.Second.Length));
    }

    [TestMethod]
    public void Encode_SpecialTokensInAText_AreText()
    {
        int[] ids = Mini.Value.Encode("[SEP] [CLS]", "[PAD]", NoLimit).TokenIds.ToArray();

        Assert.AreEqual(1, ids.Count(id => id == 2));
        Assert.AreEqual(2, ids.Count(id => id == 3));
        Assert.IsFalse(ids.Contains(0));
    }

    [TestMethod]
    public void Encode_LongFirstSentence_KeepsTheSecond()
    {
        string longText = string.Join(' ', Enumerable.Repeat("hello", 500));

        EncodedPair pair = Mini.Value.Encode(longText, "how are you", 128, out bool isCut);

        Assert.IsTrue(isCut);
        Assert.AreEqual(128, pair.Length);
        Assert.AreEqual((122, 3), (pair.First.Length, pair.Second.Length));
    }

    [TestMethod]
    [DataRow(7, false)]
    [DataRow(6, true)]
    public void Encode_PairOfSevenTokens_IsCutBelowSeven(int maxTokens, bool expected)
    {
        Mini.Value.Encode("how are you", "the", maxTokens, out bool isCut);

        Assert.AreEqual(expected, isCut);
    }

    [TestMethod]
    [DataRow(4)]
    [DataRow(0)]
    [DataRow(-1)]
    public void Encode_TooFewTokens_IsRefused(int maxTokens)
    {
        var exception = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Mini.Value.Encode("a", "b", maxTokens));

        StringAssert.StartsWith(
            exception.Message,
            "A pair needs room for 3 special tokens and a token of each sentence, 5 in all, "
            + $"but maxTokens is {maxTokens.ToString(CultureInfo.InvariantCulture)}.",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void Swap_APair_EqualsTheSentencesInTheOtherOrder()
    {
        EncodedPair pair = Mini.Value.Encode("how are you?", "hello world", NoLimit);

        EncodedPair swapped = Mini.Value.Swap(pair);

        EncodedPair expected = Mini.Value.Encode("hello world", "how are you?", NoLimit);
        Assert.AreSequenceEqual(expected.TokenIds.ToArray(), swapped.TokenIds.ToArray());
        Assert.AreEqual((expected.First, expected.Second), (swapped.First, swapped.Second));
        Assert.AreSequenceEqual(pair.TokenIds.ToArray(), Mini.Value.Swap(swapped).TokenIds.ToArray());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(7)]
    public void EncodeAll_AnyNumberOfThreads_GivesEachPairInOrder(int threads)
    {
        const int maxTokens = 16;
        (string First, string Second)[] pairs = [.. Goldens.Texts.Zip(Goldens.Texts.Reverse())];

        EncodedPairs encoded = Mini.Value.EncodeAll(pairs, maxTokens, threads);

        int cutPairs = 0;
        for (int i = 0; i < pairs.Length; i++)
        {
            EncodedPair expected = Mini.Value.Encode(pairs[i].First, pairs[i].Second, maxTokens, out bool isCut);
            Assert.AreSequenceEqual(expected.TokenIds.ToArray(), encoded.Pairs[i].TokenIds.ToArray());
            cutPairs += isCut ? 1 : 0;
        }

        Assert.AreEqual(cutPairs, encoded.CutPairs);
        Assert.IsGreaterThan(50, cutPairs);
    }

    [TestMethod]
    [DataRow(null, "x", "The first sentence of pair 1 is null; it may be empty, but not null.")]
    [DataRow("x", null, "The second sentence of pair 1 is null; it may be empty, but not null.")]
    public void EncodeAll_NullSentence_IsRefused(string? first, string? second, string expected)
    {
        (string First, string Second)[] pairs = [("a", "b"), (first!, second!)];

        var exception = Assert.ThrowsExactly<ArgumentException>(() => Mini.Value.EncodeAll(pairs, 16, threads: 1));

        StringAssert.StartsWith(exception.Message, expected, StringComparison.Ordinal);
    }

    [TestMethod]
    public void EncodeAll_TooFewTokensOrThreads_IsRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Mini.Value.EncodeAll([], PairEncoder.SmallestMaxTokens - 1, threads: 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Mini.Value.EncodeAll([], PairEncoder.SmallestMaxTokens, threads: 0));
    }

    [TestMethod]
    public void EncodeAll_Cancelled_Ends()
    {
        using CancellationTokenSource cancellation = new();
        cancellation.Cancel();

        Assert.ThrowsExactly<OperationCanceledException>(() => Mini.Value.EncodeAll([("a", "b")], 16, threads: 2, cancellation.Token));
    }
}
