using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Tests.Tokenization;

[TestClass]
public sealed class WordPieceEncoderTests
{
    public static IEnumerable<object[]> Normalizations => Goldens.Normalizations.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Normalizations))]
    public void Encode_AwkwardLinesWithACharacterVocabulary_GivesTheIdsOfHuggingFace(string normalization)
    {
        WordPieceEncoder encoder = new(
            Goldens.Normalizations[normalization], new WordPieceModel { Vocabulary = Goldens.CharacterVocabulary() });

        AssertIds(encoder, $"awkward.{normalization}.ids.txt");
    }

    [TestMethod]
    public void Encode_AwkwardLinesWithTheEmbeddedEncoder_GivesTheIdsOfHuggingFace()
    {
        TokenizerDefinition mini = TokenizerDefinition.Read(Goldens.Mini());

        AssertIds(new WordPieceEncoder(mini.Normalization, mini.Model), "awkward.mini.ids.txt");
    }

    [TestMethod]
    public void Encode_EnoughIds_StopsBehindTheWord()
    {
        TokenizerDefinition mini = TokenizerDefinition.Read(Goldens.Mini());
        WordPieceEncoder encoder = new(mini.Normalization, mini.Model);
        const string text = "hello tokenization, hello world";
        List<int> all = encoder.Encode(text, int.MaxValue);
        int firstWord = encoder.Encode("hello", int.MaxValue).Count;
        int twoWords = encoder.Encode("hello tokenization", int.MaxValue).Count;

        Assert.IsGreaterThan(firstWord + 1, twoWords);
        Assert.AreSequenceEqual(all[..firstWord], encoder.Encode(text, 1));
        Assert.AreSequenceEqual(all[..twoWords], encoder.Encode(text, firstWord + 1));
        Assert.AreSequenceEqual(all[..twoWords], encoder.Encode(text, twoWords));
        Assert.AreSequenceEqual(all, encoder.Encode(text, all.Count));
    }

    // One emoji is two UTF-16 code units, but one character.
    [TestMethod]
    [DataRow(4, 2)]
    [DataRow(5, 1)]
    public void Encode_WordOfAstralCharacters_IsMeasuredInCodePoints(int codePoints, int expectedIds)
    {
        WordPieceModel model = new()
        {
            Vocabulary = Vocabulary.FromEntries([("[UNK]", 0), ("😂😂", 1), ("##😂😂", 2)], "test"),
            MaxWordLength = 4,
        };
        WordPieceEncoder encoder = new(new BertNormalization(), model);

        List<int> ids = encoder.Encode(string.Concat(Enumerable.Repeat("😂", codePoints)), int.MaxValue);

        Assert.HasCount(expectedIds, ids);
    }

    private static void AssertIds(WordPieceEncoder encoder, string file)
    {
        string[] expected = Goldens.Lines(file);
        Assert.HasCount(Goldens.Texts.Count, expected);
        for (int line = 0; line < expected.Length; line++)
        {
            Assert.AreSequenceEqual(Goldens.Ids(expected[line]), encoder.Encode(Goldens.Texts[line], int.MaxValue), $"line {line + 1}");
        }
    }
}
