using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Upstream.Tests.Offline;

/// <summary>What only the offline stand-in does: it has no pre-tokenizer of its own.</summary>
[TestClass]
public sealed class OfflineTokenizerTests
{
    [TestInitialize]
    public void RequireTheStandIn()
    {
        string? assembly = typeof(WordPieceTokenizer).Assembly.GetName().Name;
        if (assembly != "Microsoft.ML.Tokenizers.Offline")
        {
            Assert.Inconclusive($"{assembly} has a pre-tokenizer of its own.");
        }
    }

    [TestMethod]
    public void Create_WithoutPreTokenizer_IsNotSupported()
    {
        using MemoryStream vocabulary = new("[UNK]"u8.ToArray());

        var exception = Assert.ThrowsExactly<NotSupportedException>(() => WordPieceTokenizer.Create(vocabulary));

        Assert.AreEqual(
            "The offline stand-in for Microsoft.ML.Tokenizers has no default: set WordPieceOptions.PreTokenizer.", exception.Message);
    }
}
