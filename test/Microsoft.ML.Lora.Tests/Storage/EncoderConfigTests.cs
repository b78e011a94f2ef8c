using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class EncoderConfigTests
{
    [TestMethod]
    public void Load_EveryField_IsMapped()
    {
        var tiny = new TinyCheckpoint();
        tiny.Config["layer_norm_eps"] = 1e-5;
        tiny.Config["hidden_act"] = "relu";
        tiny.Config["type_vocab_size"] = 2;

        EncoderShape shape = tiny.Load().Weights.Shape;

        var expected = new EncoderShape
        {
            Family = "bert",
            Layers = 2,
            Hidden = 4,
            Heads = 2,
            FeedForward = 8,
            Vocabulary = 6,
            PositionRows = 5,
            Segments = 2,
            NormEpsilon = 1e-5f,
            Activation = Activation.Relu,
        };
        Assert.AreEqual(expected, shape);
    }

    [TestMethod]
    public void Load_OptionalFieldsAbsentOrNull_TakeTheFamilysDefaults()
    {
        var tiny = new TinyCheckpoint();
        tiny.Config["position_embedding_type"] = null;

        EncoderShape shape = tiny.Load().Weights.Shape;

        Assert.AreEqual((1e-12f, Activation.Gelu, 2), (shape.NormEpsilon, shape.Activation, shape.Segments));
    }

    [TestMethod]
    [DataRow("gelu", Activation.Gelu)]
    [DataRow("gelu_new", Activation.GeluTanh)]
    [DataRow("gelu_pytorch_tanh", Activation.GeluTanh)]
    [DataRow("relu", Activation.Relu)]
    public void Load_HiddenAct_IsMapped(string name, object activation)
    {
        var tiny = new TinyCheckpoint();
        tiny.Config["hidden_act"] = name;

        Assert.AreEqual(activation, tiny.Load().Weights.Shape.Activation);
    }

    [TestMethod]
    [DataRow("hidden_size", "0", "'hidden_size' must be a whole number from 1 to 1048576, but is 0.")]
    [DataRow("hidden_size", "2000000000", "'hidden_size' must be a whole number from 1 to 1048576, but is 2000000000.")]
    [DataRow("hidden_size", "99999999999999999999", "'hidden_size' must be a whole number from 1 to 1048576, but is 99999999999999999999.")]
    [DataRow("hidden_size", "\"4\"", "'hidden_size' must be a whole number from 1 to 1048576, but is \"4\".")]
    [DataRow("hidden_size", "4.5", "'hidden_size' must be a whole number from 1 to 1048576, but is 4.5.")]
    [DataRow("hidden_size", "null", "'hidden_size' is missing; it must be a whole number from 1 to 1048576.")]
    [DataRow("num_hidden_layers", "-1", "'num_hidden_layers' must be a whole number from 1 to 1024, but is -1.")]
    [DataRow("num_attention_heads", "0", "'num_attention_heads' must be a whole number from 1 to 1048576, but is 0.")]
    [DataRow("num_attention_heads", "3", "a hidden size of 4 does not divide into 3 attention heads.")]
    [DataRow("intermediate_size", "0", "'intermediate_size' must be a whole number from 1 to 1048576, but is 0.")]
    [DataRow("vocab_size", "20000000", "'vocab_size' must be a whole number from 1 to 16777216, but is 20000000.")]
    [DataRow("max_position_embeddings", "0", "'max_position_embeddings' must be a whole number from 1 to 16777216, but is 0.")]
    [DataRow("type_vocab_size", "0", "'type_vocab_size' must be a whole number from 1 to 16777216, but is 0.")]
    [DataRow("layer_norm_eps", "0", "'layer_norm_eps' must be a number from 1E-20 to 0.1, but is 0.")]
    [DataRow("layer_norm_eps", "1e999", "'layer_norm_eps' must be a number from 1E-20 to 0.1, but is 1e999.")]
    [DataRow("is_decoder", "1", "'is_decoder' must be true or false, but is 1.")]
    [DataRow("hidden_act", "[]", "'hidden_act' must be a text, but is [].")]
    [DataRow("model_type", "null", "'model_type' is missing; it must be a text.")]
    public void Load_FieldInvalid_IsNamed(string field, string json, string fault)
    {
        string config = Replace(field, json);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => Load(config));

        Assert.AreEqual($"memory/config.json: {fault}", exception.Message);
    }

    [TestMethod]
    [DataRow("model_type", "\"roberta\"", "'model_type' is 'roberta'; supported: 'bert'.")]
    [DataRow("hidden_act", "\"silu\"", "'hidden_act' is 'silu'; supported: 'gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'.")]
    [DataRow("position_embedding_type", "\"relative_key\"", "'position_embedding_type' is 'relative_key'; supported: 'absolute'.")]
    [DataRow("is_decoder", "true", "'is_decoder' is true; only false is supported.")]
    [DataRow("add_cross_attention", "true", "'add_cross_attention' is true; only false is supported.")]
    public void Load_FieldNotSupported_IsNamed(string field, string json, string fault)
    {
        string config = Replace(field, json);

        NotSupportedException exception = Assert.ThrowsExactly<NotSupportedException>(() => Load(config));

        Assert.AreEqual($"memory/config.json: {fault}", exception.Message);
    }

    [TestMethod]
    public void Load_SeveralFieldsInvalid_AreListedTogether()
    {
        var tiny = new TinyCheckpoint();
        tiny.Config["hidden_size"] = 0;
        tiny.Config["vocab_size"] = "many";

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(tiny.Load);

        Assert.AreEqual(
            string.Join(
                Environment.NewLine,
                "memory/config.json has 2 faults:",
                "- 'hidden_size' must be a whole number from 1 to 1048576, but is 0.",
                "- 'vocab_size' must be a whole number from 1 to 16777216, but is \"many\"."),
            exception.Message);
    }

    [TestMethod]
    [DataRow("", "memory/config.json is empty; copy it again.")]
    [DataRow("[1]", "memory/config.json must hold a JSON object, but holds [1].")]
    public void Load_ConfigOfAnotherKind_SaysSo(string config, string message)
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => Load(config));

        Assert.AreEqual(message, exception.Message);
    }

    [TestMethod]
    [DataRow("{\"a\":", "is not valid JSON: ", DisplayName = "Ends early")]
    [DataRow("version https://git-lfs.github.com/spec/v1", "is not valid JSON: ", DisplayName = "No JSON at all")]
    [DataRow("{\"a\":1,\"a\":2}", "has a field twice: ", DisplayName = "Field twice")]
    [DataRow("{\"a\":1,\"\\u0061\":2}", "has a field twice: ", DisplayName = "Field twice, once escaped")]
    [DataRow("{\"model_type\":\"\\ud800\"}", "escapes half of a character: ", DisplayName = "Half of a character")]
    public void Load_ConfigMalformed_SaysHow(string config, string fault)
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => Load(config));

        StringAssert.StartsWith(exception.Message, "memory/config.json " + fault);
    }

    [TestMethod]
    public void Load_ConfigAlteredAtRandom_LoadsOrRefuses()
    {
        const int Files = 2_000;
        var random = new SeededRandom(1);
        MemorySource source = new TinyCheckpoint().ToSource();
        byte[] good = source.Files["config.json"];
        int refused = 0;
        for (int i = 0; i < Files; i++)
        {
            source.Files["config.json"] = Altered.Copy(good, random);
            try
            {
                EncoderCheckpoint.Load(source, "tiny");
            }
            catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
            {
                refused++;
            }
        }

        Assert.IsGreaterThan(Files / 2, refused);
        Assert.IsLessThan(Files, refused);
    }

    [TestMethod]
    public void Load_FieldVeryLong_IsShownInPart()
    {
        string config = Replace("hidden_size", $"\"{new string('x', 500)}\"");

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => Load(config));

        Assert.AreEqual(
            $"memory/config.json: 'hidden_size' must be a whole number from 1 to 1048576, but is \"{new string('x', 99)}….", exception.Message);
    }

    [TestMethod]
    public void Load_ConfigTooLong_IsRefused()
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => Load(new string(' ', (1 << 20) + 1)));

        Assert.AreEqual("memory/config.json has 1048577 bytes; up to 1048576 are allowed.", exception.Message);
    }

    [TestMethod]
    public void Load_ConfigNotUtf8_SaysSo()
    {
        MemorySource source = new TinyCheckpoint().ToSource();
        source.Files["config.json"] = [.. "{\"a\":\""u8, 0xC3, .. "\"}"u8];

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => EncoderCheckpoint.Load(source, "tiny"));

        Assert.AreEqual("memory/config.json is not valid UTF-8.", exception.Message);
    }

    [TestMethod]
    public void Load_ConfigWithByteOrderMark_IsRead()
    {
        MemorySource source = new TinyCheckpoint().ToSource();
        source.Files["config.json"] = [0xEF, 0xBB, 0xBF, .. source.Files["config.json"]];

        Assert.AreEqual(2, EncoderCheckpoint.Load(source, "tiny").Weights.Shape.Layers);
    }

    private static string Replace(string field, string json)
    {
        JsonObject config = new TinyCheckpoint().Config;
        config.Remove(field);
        return $"{config.ToJsonString()[..^1]},\"{field}\":{json}}}";
    }

    private static EncoderCheckpoint Load(string config)
    {
        MemorySource source = new TinyCheckpoint().ToSource();
        source.Files["config.json"] = Encoding.UTF8.GetBytes(config);
        return EncoderCheckpoint.Load(source, "tiny");
    }
}
