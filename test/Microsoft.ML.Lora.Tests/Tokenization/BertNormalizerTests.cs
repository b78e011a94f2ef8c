using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Tests.Tokenization;

[TestClass]
public sealed class BertNormalizerTests
{
    private const int CodePoints = 0x110000;
    private const int BlockSize = 4096;
    private const int HashCharacters = 16;

    public static IEnumerable<object[]> Normalizations => Goldens.Normalizations.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DataRow("uncased")]
    [DataRow("cased")]
    public void Normalize_AwkwardLines_GivesTheWordsOfHuggingFace(string normalization)
    {
        BertNormalizer normalizer = new(Goldens.Normalizations[normalization]);
        string[][] expected = Goldens.Words(normalization);

        string[][] words = [.. Goldens.Texts.Select(text => WordsOf(normalizer.Normalize(text)))];

        Assert.HasCount(469, words);
        for (int line = 0; line < words.Length; line++)
        {
            CollectionAssert.AreEqual(expected[line], words[line], $"line {line + 1}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Normalizations))]
    public void Normalize_EveryCodePointBetweenLetters_GivesTheWordsOfHuggingFace(string normalization)
    {
        BertNormalizer normalizer = new(Goldens.Normalizations[normalization]);
        JsonElement expected = Goldens.Json("characters.json").GetProperty("blocks").GetProperty(normalization);

        for (int block = 0; block < CodePoints / BlockSize; block++)
        {
            Assert.AreEqual(expected[block].GetString(), HashOfBlock(normalizer, block), $"code points from {block * BlockSize:X4}");
        }
    }

    [TestMethod]
    [DataRow("x\uD800y", "xy")]
    [DataRow("\uDC00", "")]
    [DataRow("\uD83D\uD83D\uDE00", "\U0001F600")]
    public void Normalize_LoneSurrogate_IsRemovedAsU_FFFD(string text, string expected) =>
        Assert.AreEqual(expected, new BertNormalizer(new BertNormalization()).Normalize(text));

    [TestMethod]
    public void Normalize_LoneSurrogateInUncleanedText_BecomesU_FFFD() =>
        Assert.AreEqual("x\uFFFDy", new BertNormalizer(new BertNormalization { CleanText = false }).Normalize("x\uD800y"));

    [TestMethod]
    public void Normalize_EverythingOff_ChangesNothing()
    {
        BertNormalizer normalizer = new(new BertNormalization { CleanText = false, SpaceIdeographs = false, Lowercase = false });

        foreach (string text in Goldens.Texts.Where(text => !text.Any(char.IsSurrogate)))
        {
            Assert.AreEqual(text, normalizer.Normalize(text));
        }
    }

    // A stem (class 216) and a flag behind a dot (226): the dot goes last, whatever lies between but a starter.
    [TestMethod]
    [DataRow("\U0001D158\U0001D16D\U0001D165", "\U0001D158\U0001D165\U0001D16D")]
    [DataRow("\U0001D158\U0001D16D\u0301\U0001D165", "\U0001D158\U0001D165\U0001D16D")]
    [DataRow("\U0001D158\U0001D16D\u200B\U0001D165", "\U0001D158\U0001D165\U0001D16D")]
    [DataRow("\U0001D158\U0001D16D\u034F\U0001D165", "\U0001D158\U0001D16D\U0001D165")]
    [DataRow("\U0001D158\U0001D16Dx\U0001D165", "\U0001D158\U0001D16Dx\U0001D165")]
    [DataRow("\U0001D15E\U0001D16D\U0001D16E", "\U0001D157\U0001D165\U0001D16E\U0001D16D")]
    public void Normalize_MarksThatOutliveStripping_AreInCanonicalOrder(string text, string expected) =>
        Assert.AreEqual(expected, new BertNormalizer(new BertNormalization()).Normalize(text));

    private static string HashOfBlock(BertNormalizer normalizer, int block)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int point in Enumerable.Range(block * BlockSize, BlockSize).Where(Rune.IsValid))
        {
            string words = string.Join('|', WordsOf(normalizer.Normalize($"a{new Rune(point)}b")));
            hash.AppendData(Encoding.UTF8.GetBytes($"{words}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HashCharacters];
    }

    private static string[] WordsOf(string normalized) =>
        [.. new BertPreTokenizer().Split(normalized).Select(word => normalized.Substring(word.Offset, word.Length))];
}
