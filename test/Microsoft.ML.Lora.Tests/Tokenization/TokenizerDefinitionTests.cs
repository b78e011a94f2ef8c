using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Tests.Storage;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Tests.Tokenization;

[TestClass]
public sealed class TokenizerDefinitionTests
{
    [TestMethod]
    public void Read_VocabularyAlone_IsLowerCaseBert()
    {
        TokenizerDefinition definition = TokenizerDefinition.Read(TokenizerFiles.FromLines(TokenizerFiles.Tokens));

        Assert.AreEqual(new BertNormalization(), definition.Normalization);
        Assert.IsTrue(definition.Normalization.StripsAccents);
        Assert.AreEqual(new PairTemplate(ClassId: 2, SeparatorId: 3, PaddingId: 0, UnknownId: 1), definition.Template);
        Assert.AreEqual(8, definition.Model.Vocabulary.Count);
        Assert.AreEqual(100, definition.Model.MaxWordLength);
    }

    [TestMethod]
    public void Read_VocabularyWithWindowsLineEnds_HasTheSameTokens()
    {
        MemorySource source = TokenizerFiles.FromText("vocab.txt", string.Join("\r\n", TokenizerFiles.Tokens));

        Assert.AreEqual(6, Encode(source, "café", lowercase: false).Single());
        Assert.AreEqual(8, TokenizerDefinition.Read(source).Model.Vocabulary.Count);
    }

    [TestMethod]
    public void Read_VocabularyWithConfig_TakesSettingsAndNamesFromIt()
    {
        MemorySource source = TokenizerFiles.FromLines("<s>", "</s>", "<pad>", "<unk>").With(
            "tokenizer_config.json",
            """
            {
              "do_lower_case": false, "strip_accents": null, "tokenize_chinese_chars": false, "model_max_length": 512,
              "cls_token": "<s>", "sep_token": { "content": "</s>", "lstrip": false }, "pad_token": "<pad>", "unk_token": "<unk>"
            }
            """);

        TokenizerDefinition definition = TokenizerDefinition.Read(source);

        Assert.AreEqual(new BertNormalization { Lowercase = false, SpaceIdeographs = false }, definition.Normalization);
        Assert.IsFalse(definition.Normalization.StripsAccents);
        Assert.AreEqual(new PairTemplate(ClassId: 0, SeparatorId: 1, PaddingId: 2, UnknownId: 3), definition.Template);
    }

    [TestMethod]
    public void Read_TokenizerJson_TakesSettingsFromIt()
    {
        JsonObject json = TokenizerFiles.Json();
        json["normalizer"] = new JsonObject
        {
            ["type"] = "BertNormalizer",
            ["clean_text"] = false,
            ["handle_chinese_chars"] = false,
            ["strip_accents"] = true,
            ["lowercase"] = false,
        };
        json["model"]!["max_input_chars_per_word"] = 7;
        json["model"]!["continuing_subword_prefix"] = "@@";

        TokenizerDefinition definition = TokenizerDefinition.Read(TokenizerFiles.FromText("tokenizer.json", json.ToJsonString()));

        Assert.AreEqual(
            new BertNormalization { CleanText = false, SpaceIdeographs = false, StripAccents = true, Lowercase = false },
            definition.Normalization);
        WordPieceModel model = definition.Model;
        Assert.AreEqual((8, 7, "@@", "[UNK]"), (model.Vocabulary.Count, model.MaxWordLength, model.ContinuationPrefix, model.UnknownToken));
    }

    [TestMethod]
    public void Read_EarlyTokenizerJsonWithoutModelType_IsWordPiece()
    {
        JsonObject json = TokenizerFiles.Json();
        json["model"]!.AsObject().Remove("type");
        json["model"]!["max_input_chars_per_word"] = 100;

        Assert.AreEqual(8, TokenizerDefinition.Read(TokenizerFiles.FromText("tokenizer.json", json.ToJsonString())).Model.Vocabulary.Count);
    }

    [TestMethod]
    public void Read_TokenizerJsonAndVocabulary_PrefersTheJson()
    {
        JsonObject json = TokenizerFiles.Json();
        json["normalizer"]!["strip_accents"] = false;
        MemorySource source = TokenizerFiles.FromLines(TokenizerFiles.Tokens).With("tokenizer.json", json.ToJsonString());

        TokenizerDefinition definition = TokenizerDefinition.Read(source);

        WordPieceEncoder encoder = new(definition.Normalization, definition.Model);
        Assert.AreSequenceEqual([4, 5, 6], encoder.Encode("Thes CAFÉ", int.MaxValue));
    }

    [TestMethod]
    public void Read_NoTokenizerFile_IsRefused()
    {
        var exception = Assert.ThrowsExactly<FileNotFoundException>(() => TokenizerDefinition.Read(new MemorySource()));

        Assert.AreEqual(
            "memory has neither tokenizer.json nor vocab.txt: copy the one that belongs to the encoder beside its weights.",
            exception.Message);
    }

    [TestMethod]
    [DataRow("[PAD]\n\n[UNK]\n", "memory/vocab.txt: line 2 is empty, but each line must hold one token.")]
    [DataRow("[PAD]\n[UNK]\n\n", "memory/vocab.txt: line 3 is empty, but each line must hold one token.")]
    [DataRow("a\nb\nc\nb\n", "memory/vocab.txt: line 4 repeats the token 'b' of line 2, but each must have one id.")]
    [DataRow("a\nb\rc\n", "memory/vocab.txt: line 2 holds a carriage return inside, but each line must hold one token.")]
    [DataRow("", "memory/vocab.txt holds no tokens.")]
    [DataRow("\uFEFF[PAD]\n", "memory/vocab.txt starts with a byte order mark: save it as UTF-8 without one.")]
    public void Read_FaultyVocabulary_IsRefused(string text, string expected) =>
        AssertInvalid(TokenizerFiles.FromText("vocab.txt", text), expected);

    [TestMethod]
    [DataRow("[CLS]", "cls_token")]
    [DataRow("[SEP]", "sep_token")]
    [DataRow("[PAD]", "pad_token")]
    [DataRow("[UNK]", "unk_token")]
    public void Read_VocabularyWithoutSpecialToken_IsRefused(string token, string setting) => AssertInvalid(
        TokenizerFiles.FromLines([.. TokenizerFiles.Tokens.Where(other => other != token)]),
        $"memory/vocab.txt: the special token '{token}' is missing. "
        + $"If the encoder calls it otherwise, name it as '{setting}' in tokenizer_config.json.");

    [TestMethod]
    public void Read_VocabularyThatIsNotUtf8_IsRefused()
    {
        MemorySource source = new();
        source.Files["vocab.txt"] = Encoding.Latin1.GetBytes("caf\u00E9\n");

        AssertInvalid(source, "memory/vocab.txt is not valid UTF-8.");
    }

    [TestMethod]
    public void Read_FilesOfDifferentSize_AreRefused() => AssertInvalid(
        TokenizerFiles.FromLines("[PAD]", "[UNK]").With("tokenizer.json", TokenizerFiles.Json().ToJsonString()),
        "memory/vocab.txt has 2 tokens, but tokenizer.json has 8: they belong to different encoders.");

    [TestMethod]
    public void Read_FilesOfSameSizeWithOtherTokens_AreRefused() => AssertInvalid(
        TokenizerFiles.FromLines([.. TokenizerFiles.Tokens[..5], "##ed", .. TokenizerFiles.Tokens[6..]])
            .With("tokenizer.json", TokenizerFiles.Json().ToJsonString()),
        "memory/vocab.txt: line 6 is '##ed', but tokenizer.json gives the id 5 to '##s': they belong to different encoders.");

    [TestMethod]
    public void Read_FaultyTokenizerJson_IsRefused() => AssertInvalid(
        TokenizerFiles.FromText("tokenizer.json", "{}"), "memory/tokenizer.json: 'model' is missing.");

    [TestMethod]
    [DataRow("do_lower_case", false, "true")]
    [DataRow("strip_accents", false, "true")]
    [DataRow("tokenize_chinese_chars", false, "true")]
    public void Read_ConfigAgainstTokenizerJson_IsRefused(string entry, bool value, string other) => AssertInvalid(
        TokenizerFiles.FromText("tokenizer.json", TokenizerFiles.Json().ToJsonString())
            .With("tokenizer_config.json", new JsonObject { [entry] = value }.ToJsonString()),
        $"memory/tokenizer_config.json: '{entry}' is false, but tokenizer.json sets it {other}. "
        + "Make the two files agree on what the encoder was trained with.");

    [TestMethod]
    [DataRow("{ \"do_lower_case\": \"yes\" }", "memory/tokenizer_config.json: 'do_lower_case' must be true or false, but is of kind String.")]
    [DataRow("{ \"cls_token\": 3 }", "memory/tokenizer_config.json: 'cls_token' must be a text, but is of kind Number.")]
    [DataRow("{ \"cls_token\": { \"content\": [] } }", "memory/tokenizer_config.json: 'cls_token.content' must be a text, but is of kind Array.")]
    [DataRow("[]", "memory/tokenizer_config.json: the content must be an object, but is of kind Array.")]
    public void Read_FaultyConfig_IsRefused(string config, string expected) =>
        AssertInvalid(TokenizerFiles.FromLines(TokenizerFiles.Tokens).With("tokenizer_config.json", config), expected);

    private static List<int> Encode(MemorySource source, string text, bool lowercase)
    {
        TokenizerDefinition definition = TokenizerDefinition.Read(source);
        return new WordPieceEncoder(definition.Normalization with { Lowercase = lowercase }, definition.Model).Encode(text, int.MaxValue);
    }

    private static void AssertInvalid(MemorySource source, string expected)
    {
        var exception = Assert.ThrowsExactly<InvalidDataException>(() => TokenizerDefinition.Read(source));

        Assert.AreEqual(expected, exception.Message);
    }
}
