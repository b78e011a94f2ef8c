using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Tests.Tokenization;

[TestClass]
public sealed class BertPreTokenizerTests
{
    private static readonly BertPreTokenizer PreTokenizer = new();

    [TestMethod]
    public void PreTokenize_SpacesAndPunctuation_GivesPlacesInCodeUnits()
    {
        const string text = " don't\t\U0001F600\U0001F600 \U00011FFF\u2014x\u00A0";

        (int, int)[] words = [.. PreTokenizer.PreTokenize(text)];

        Assert.AreSequenceEqual([(1, 3), (4, 1), (5, 1), (7, 4), (12, 2), (14, 1), (15, 1)], words);
        Assert.AreSequenceEqual(words, PreTokenizer.PreTokenize(text.AsSpan()));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" \t\r\n\u3000")]
    public void PreTokenize_NothingButSpaces_GivesNoWords(string text) => Assert.IsEmpty(PreTokenizer.PreTokenize(text));
}
