using System.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Upstream.Tests.Tokenizers;

[TestClass]
public sealed class WordPieceTokenizerTests
{
    private const string Vocabulary = "[UNK]\nun\n##aff\n##able\n##a\n##ff\nable\naff\n\n##\U0001F600\n\U0001F600\nx";

    [TestMethod]
    [DataRow("unaffable", new[] { 1, 2, 3 })]
    [DataRow("able", new[] { 6 })]
    [DataRow("affable", new[] { 7, 3 })]
    [DataRow("affff", new[] { 7, 5 })]
    [DataRow("\U0001F600\U0001F600", new[] { 10, 9 })]
    [DataRow("x", new[] { 11 })]
    [DataRow("y", new[] { 0 })]
    [DataRow("unaffy", new[] { 0 })]
    [DataRow("Able", new[] { 0 })]
    [DataRow("", new int[0])]
    public void EncodeToIds_OneWord_TakesTheLongestTokenEachTime(string word, int[] expected)
    {
        WordPieceTokenizer tokenizer = Create();

        IReadOnlyList<int> ids = tokenizer.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false);
        IReadOnlyList<int> idsOfSpan = tokenizer.EncodeToIds(word.AsSpan(), considerPreTokenization: false, considerNormalization: false);

        Assert.AreSequenceEqual(expected, ids);
        Assert.AreSequenceEqual(expected, idsOfSpan);
    }

    [TestMethod]
    public void EncodeToIds_Text_NormalizesThenSplitsThenEncodes()
    {
        WordPieceTokenizer tokenizer = Create(new WordPieceOptions
        {
            PreTokenizer = new SpaceSplitter(),
            Normalizer = new ReplacingNormalizer("-", " "),
        });

        Assert.AreSequenceEqual([1, 6, 0, 7, 3], tokenizer.EncodeToIds("un-able  who affable"));
        Assert.AreSequenceEqual([1, 6, 0, 7, 3], tokenizer.EncodeToIds("un-able  who affable".AsSpan()));
        Assert.AreSequenceEqual([0, 7, 3], tokenizer.EncodeToIds("un-able affable", considerNormalization: false));
        Assert.AreSequenceEqual([0], tokenizer.EncodeToIds("un able", considerPreTokenization: false));
    }

    [TestMethod]
    [DataRow("ununun", new[] { 0 })]
    [DataRow("affff", new[] { 7, 5 })]
    [DataRow("afffff", new[] { 0 })]
    [DataRow("\U0001F600\U0001F600", new[] { 10, 9 })]
    [DataRow("\U0001F600\U0001F600\U0001F600", new[] { 0 })]
    public void EncodeToIds_WordOfMoreCodeUnitsThanAllowed_IsUnknown(string word, int[] expected)
    {
        WordPieceTokenizer tokenizer = Create(new WordPieceOptions { PreTokenizer = new SpaceSplitter(), MaxInputCharsPerWord = 5 });

        Assert.AreSequenceEqual(expected, tokenizer.EncodeToIds(word));
    }

    [TestMethod]
    [DataRow(100, 100)]
    [DataRow(101, 1)]
    public void EncodeToIds_DefaultOptions_AllowHundredCodeUnits(int length, int expectedIds)
    {
        WordPieceTokenizer tokenizer = Create("[UNK]\na\n##a", new WordPieceOptions { PreTokenizer = new SpaceSplitter() });

        Assert.HasCount(expectedIds, tokenizer.EncodeToIds(new string('a', length)));
    }

    [TestMethod]
    public void EncodeToIds_LongWordsAllowed_EncodesThem()
    {
        WordPieceTokenizer tokenizer = Create(
            "[UNK]\na\n##a", new WordPieceOptions { PreTokenizer = new SpaceSplitter(), MaxInputCharsPerWord = 2000 });

        Assert.HasCount(1500, tokenizer.EncodeToIds(new string('a', 1500)));
    }

    [TestMethod]
    public void Create_OwnTokens_UsesThem()
    {
        WordPieceTokenizer tokenizer = Create(
            "a\n@@b\n<unk>",
            new WordPieceOptions { PreTokenizer = new SpaceSplitter(), UnknownToken = "<unk>", ContinuingSubwordPrefix = "@@" });

        Assert.AreEqual(("<unk>", 2), (tokenizer.UnknownToken, tokenizer.UnknownTokenId));
        Assert.AreEqual(("@@", 100), (tokenizer.ContinuingSubwordPrefix, tokenizer.MaxInputCharsPerWord));
        Assert.IsInstanceOfType<SpaceSplitter>(tokenizer.PreTokenizer);
        Assert.IsNull(tokenizer.Normalizer);
        Assert.AreSequenceEqual([0, 1, 1], tokenizer.EncodeToIds("abb"));
        Assert.AreSequenceEqual([2], tokenizer.EncodeToIds("b"));
    }

    [TestMethod]
    public void Create_FromStream_LeavesItOpen()
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(Vocabulary));

        WordPieceTokenizer.Create(stream, new WordPieceOptions { PreTokenizer = new SpaceSplitter() });

        Assert.IsTrue(stream.CanRead);
    }

    [TestMethod]
    public void Create_UnknownTokenNotInVocabulary_IsRefused()
    {
        WordPieceOptions options = new() { PreTokenizer = new SpaceSplitter() };

        var exception = Assert.ThrowsExactly<ArgumentException>(() => Create("a\nb", options));

        Assert.AreEqual("The unknown token '[UNK]' is not in the vocabulary.", exception.Message);
    }

    [TestMethod]
    public void Create_TokenTwice_IsRefused() =>
        Assert.ThrowsExactly<ArgumentException>(() => Create("[UNK]\na\na", new WordPieceOptions { PreTokenizer = new SpaceSplitter() }));

    [TestMethod]
    public void Create_OptionsOutOfRange_AreRefused()
    {
        WordPieceOptions Options() => new() { PreTokenizer = new SpaceSplitter() };
        WordPieceOptions noLength = Options(), noUnknownToken = Options(), noPrefix = Options();
        noLength.MaxInputCharsPerWord = 0;
        noUnknownToken.UnknownToken = null!;
        noPrefix.ContinuingSubwordPrefix = null!;

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Create(noLength));
        Assert.ThrowsExactly<ArgumentNullException>(() => Create(noUnknownToken));
        Assert.ThrowsExactly<ArgumentNullException>(() => Create(noPrefix));
        Assert.ThrowsExactly<ArgumentNullException>(() => WordPieceTokenizer.Create((Stream)null!));
    }

    private static WordPieceTokenizer Create() => Create(new WordPieceOptions { PreTokenizer = new SpaceSplitter() });

    private static WordPieceTokenizer Create(WordPieceOptions options) => Create(Vocabulary, options);

    private static WordPieceTokenizer Create(string vocabulary, WordPieceOptions options)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(vocabulary));
        return WordPieceTokenizer.Create(stream, options);
    }
}
