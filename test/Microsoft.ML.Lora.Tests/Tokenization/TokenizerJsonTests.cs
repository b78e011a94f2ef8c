using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Tests.Tokenization;

[TestClass]
public sealed class TokenizerJsonTests
{
    [TestMethod]
    [DataRow("model", "BPE", "the model is of type 'BPE', but only 'WordPiece' is supported.")]
    [DataRow("model", null, "the model is missing, but only 'WordPiece' is supported.")]
    [DataRow("normalizer", "Sequence", "the normalizer is of type 'Sequence', but only 'BertNormalizer' is supported.")]
    [DataRow("normalizer", null, "the normalizer is missing, but only 'BertNormalizer' is supported.")]
    [DataRow("pre_tokenizer", "ByteLevel", "the pre_tokenizer is of type 'ByteLevel', but only 'BertPreTokenizer' is supported.")]
    public void Read_AnotherKindOfTokenizer_IsNotSupported(string part, string? type, string expected)
    {
        JsonObject json = TokenizerFiles.Json();
        json[part]!["type"] = type;

        AssertNotSupported(json, $"tokenizer.json: {expected}");
    }

    [TestMethod]
    public void Read_NormalizerNull_IsNotSupported()
    {
        JsonObject json = TokenizerFiles.Json();
        json["normalizer"] = null;

        AssertNotSupported(json, "tokenizer.json: the normalizer is missing, but only 'BertNormalizer' is supported.");
    }

    [TestMethod]
    public void Read_AddedWord_IsNotSupported()
    {
        JsonObject json = TokenizerFiles.Json();
        json["added_tokens"]!.AsArray().Add(new JsonObject { ["content"] = "covid", ["id"] = 8, ["special"] = false });

        AssertNotSupported(
            json, "tokenizer.json: 'added_tokens' has 1 words that are not special tokens, such as 'covid', which is not supported.");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1001)]
    public void Read_WordLengthOutOfRange_IsNotSupported(int length)
    {
        JsonObject json = TokenizerFiles.Json();
        json["model"]!["max_input_chars_per_word"] = length;

        AssertNotSupported(json, $"tokenizer.json: 'model.max_input_chars_per_word' is {length}, but only 1 to 1000 is supported.");
    }

    [TestMethod]
    [DataRow("{ \"a\": 0, \"a\": 1 }", "tokenizer.json: the token 'a' occurs twice, with the ids 0 and 1.")]
    [DataRow("{ \"a\": 0, \"b\": 0 }", "tokenizer.json: the tokens 'a' and 'b' have the same id 0.")]
    [DataRow("{ \"a\": 0, \"b\": 2 }", "tokenizer.json: the token 'b' has the id 2, but 2 tokens must have the ids 0 to 1.")]
    [DataRow("{ \"a\": 0, \"b\": -1 }", "tokenizer.json: the token 'b' has the id -1, but 2 tokens must have the ids 0 to 1.")]
    [DataRow("{ \"a\": 0, \"b\": 0.5 }", "tokenizer.json: 'model.vocab.b' must be a whole number, but is of kind Number.")]
    [DataRow("{ \"a\": 0, \"b\": \"1\" }", "tokenizer.json: 'model.vocab.b' must be a whole number, but is of kind String.")]
    [DataRow("{ \"a\": 0, \"\": 1 }", "tokenizer.json: the token of id 1 is empty or holds a line break, which no word can match.")]
    [DataRow("{ \"a\": 0, \"b\\nc\": 1 }", "tokenizer.json: the token of id 1 is empty or holds a line break, which no word can match.")]
    [DataRow("{ \"\\ud800\": 0 }", "tokenizer.json: 'model.vocab' holds half of a surrogate pair, which is no character.")]
    [DataRow("{}", "tokenizer.json holds no tokens.")]
    [DataRow("[]", "tokenizer.json: 'model.vocab' must be an object, but is of kind Array.")]
    public void Read_FaultyVocabulary_IsRefused(string vocabulary, string expected) =>
        AssertInvalid($$"""
            {
              "normalizer": { "type": "BertNormalizer" }, "pre_tokenizer": { "type": "BertPreTokenizer" },
              "model": { "type": "WordPiece", "vocab": {{vocabulary}} }
            }
            """, expected);

    [TestMethod]
    public void Read_WithoutModel_IsRefused() => AssertInvalid("{}", "tokenizer.json: 'model' is missing.");

    [TestMethod]
    public void Read_WithoutVocabulary_IsRefused()
    {
        JsonObject json = TokenizerFiles.Json();
        json["model"]!.AsObject().Remove("vocab");

        AssertInvalid(json.ToJsonString(), "tokenizer.json: 'model.vocab' is missing.");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("{ \"model\": ")]
    public void Read_CutOffFile_IsRefused(string json)
    {
        var exception = Assert.ThrowsExactly<InvalidDataException>(() => Read(json));

        StringAssert.StartsWith(exception.Message, "tokenizer.json is not valid JSON: ", StringComparison.Ordinal);
    }

    private static TokenizerJson Read(string json) => TokenizerJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)), "tokenizer.json");

    private static void AssertNotSupported(JsonObject json, string expected)
    {
        var exception = Assert.ThrowsExactly<NotSupportedException>(() => Read(json.ToJsonString()));

        Assert.AreEqual(expected, exception.Message);
    }

    private static void AssertInvalid(string json, string expected)
    {
        var exception = Assert.ThrowsExactly<InvalidDataException>(() => Read(json));

        Assert.AreEqual(expected, exception.Message);
    }
}
