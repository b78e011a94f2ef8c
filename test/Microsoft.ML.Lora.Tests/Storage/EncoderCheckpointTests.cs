using System.Text;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class EncoderCheckpointTests
{
    [TestMethod]
    public void Load_WholeCheckpoint_PutsEveryTensorInItsPlace()
    {
        EncoderWeights weights = new TinyCheckpoint().Load().Weights;

        // Values count on from tensor to tensor, so a first value tells which tensor came first.
        Assert.AreEqual(0f, weights.Embeddings.Words.Values[0]);
        Assert.AreEqual(24 / 8f, weights.Embeddings.Positions.Values[0]);
        Assert.AreEqual(44 / 8f, weights.Embeddings.Segments!.Values[0]);
        Assert.AreEqual(52 / 8f, weights.Embeddings.Norm.Gain[0]);
        Assert.AreEqual(56 / 8f, weights.Embeddings.Norm.Bias[0]);
        int next = 60;
        foreach (LayerWeights layer in weights.Layers)
        {
            AssertAffine(layer.Query, 4, 4, ref next);
            AssertAffine(layer.Key, 4, 4, ref next);
            AssertAffine(layer.Value, 4, 4, ref next);
            AssertAffine(layer.AttentionOutput, 4, 4, ref next);
            AssertNorm(layer.AttentionNorm, ref next);
            AssertAffine(layer.FeedForwardIn, 8, 4, ref next);
            AssertAffine(layer.FeedForwardOut, 4, 8, ref next);
            AssertNorm(layer.OutputNorm, ref next);
        }

        AssertAffine(weights.Pooler!, 4, 4, ref next);
        Assert.HasCount(2, weights.Layers);
    }

    [TestMethod]
    [DataRow("F16")]
    [DataRow("BF16")]
    public void Load_HalfPrecision_GivesTheSameWeights(string elementType)
    {
        EncoderWeights expected = new TinyCheckpoint().Load().Weights;

        EncoderWeights weights = new TinyCheckpoint().Change(tensor => tensor.As(elementType)).Load().Weights;

        AssertSameWeights(expected, weights);
    }

    [TestMethod]
    public void Load_NamesWithPrefix_GivesTheSameWeights()
    {
        EncoderWeights weights = new TinyCheckpoint().Rename(name => "bert." + name).Load().Weights;

        AssertSameWeights(new TinyCheckpoint().Load().Weights, weights);
    }

    [TestMethod]
    public void Load_OldNormNames_GivesTheSameWeights()
    {
        EncoderWeights weights = new TinyCheckpoint()
            .Rename(name => name.Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta")).Load().Weights;

        AssertSameWeights(new TinyCheckpoint().Load().Weights, weights);
    }

    [TestMethod]
    public void Load_ExtraTensors_AreIgnoredAndListed()
    {
        EncoderCheckpoint checkpoint = new TinyCheckpoint()
            .Append(RawTensor.OfFloats("cls.predictions.bias", [1], 1))
            .Append(new RawTensor("bert.embeddings.position_ids", "I64", [1, 5], new byte[40])).Load();

        CollectionAssert.AreEqual(new[] { "bert.embeddings.position_ids", "cls.predictions.bias" }, checkpoint.IgnoredTensors.ToArray());
        AssertSameWeights(new TinyCheckpoint().Load().Weights, checkpoint.Weights);
    }

    [TestMethod]
    public void Load_NoPooler_HasNone()
    {
        EncoderCheckpoint checkpoint = new TinyCheckpoint().Remove("pooler.dense.weight").Remove("pooler.dense.bias").Load();

        Assert.IsNull(checkpoint.Weights.Pooler);
    }

    [TestMethod]
    public void Load_HalfAPooler_IsRefused() => AssertInvalid(
        new TinyCheckpoint().Remove("pooler.dense.bias"),
        "memory/model.safetensors: tensor 'pooler.dense.bias' of shape (4) is missing.");

    [TestMethod]
    public void Load_TensorMissing_IsNamed() => AssertInvalid(
        new TinyCheckpoint().Remove("encoder.layer.1.output.dense.weight"),
        "memory/model.safetensors: tensor 'encoder.layer.1.output.dense.weight' of shape (4, 8) is missing.");

    [TestMethod]
    public void Load_TensorMisshapen_IsNamedWithBothShapes() => AssertInvalid(
        new TinyCheckpoint().Reshape("encoder.layer.0.attention.self.query.weight", 4, 3),
        "memory/model.safetensors: tensor 'encoder.layer.0.attention.self.query.weight' has shape (4, 3), but config.json asks for (4, 4).");

    [TestMethod]
    public void Load_TensorTransposed_IsRefused() => AssertInvalid(
        new TinyCheckpoint().Reshape("encoder.layer.0.intermediate.dense.weight", 4, 8),
        "memory/model.safetensors: tensor 'encoder.layer.0.intermediate.dense.weight' has shape (4, 8), but config.json asks for (8, 4).");

    [TestMethod]
    public void Load_SeveralFaults_AreListedTogether() => AssertInvalid(
        new TinyCheckpoint().Rename(name => "bert." + name)
            .Reshape("bert.embeddings.word_embeddings.weight", 7, 4).Remove("bert.embeddings.LayerNorm.weight").Remove("bert.encoder.layer.1.attention.self.key.bias"),
        string.Join(
            Environment.NewLine,
            "memory/model.safetensors has 3 faults:",
            "- tensor 'bert.embeddings.word_embeddings.weight' has shape (7, 4), but config.json asks for (6, 4).",
            "- tensor 'bert.embeddings.LayerNorm.weight' of shape (4) is missing.",
            "- tensor 'bert.encoder.layer.1.attention.self.key.bias' of shape (4) is missing."));

    [TestMethod]
    public void Load_AnotherModelsWeights_SaysWhatIsThere() => AssertInvalid(
        new TinyCheckpoint().Rename(name => "roberta." + name),
        "memory/model.safetensors has neither 'bert.embeddings.word_embeddings.weight' nor 'embeddings.word_embeddings.weight', "
        + "so it does not hold a bert encoder; it has 'roberta.embeddings.word_embeddings.weight' and 38 others.");

    [TestMethod]
    public void Load_ValueNotFinite_IsNamed() => AssertInvalid(
        new TinyCheckpoint().Replace("pooler.dense.bias", RawTensor.OfFloats("pooler.dense.bias", [4], 0, 0, float.NaN, 0)),
        "memory/model.safetensors: tensor 'pooler.dense.bias' holds NaN at element 2; every element must be finite.");

    [TestMethod]
    public void Load_WeightsOfWholeNumbers_AreRefused() => AssertInvalid(
        new TinyCheckpoint().Replace("pooler.dense.bias", new RawTensor("pooler.dense.bias", "I32", [4], new byte[16])),
        "memory/model.safetensors: tensor 'pooler.dense.bias' holds I32 elements, but F32, F16 or BF16 is needed.");

    [TestMethod]
    public void Load_EmptyWeights_SaysSo()
    {
        MemorySource source = new TinyCheckpoint().ToSource();
        source.Files["model.safetensors"] = [];

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => EncoderCheckpoint.Load(source, "tiny"));

        Assert.AreEqual("memory/model.safetensors is empty; copy it again.", exception.Message);
    }

    [TestMethod]
    public void Load_NoConfig_SaysSo()
    {
        MemorySource source = new TinyCheckpoint().ToSource();
        source.Files.Remove("config.json");

        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => EncoderCheckpoint.Load(source, "tiny"));

        Assert.AreEqual("memory has model.safetensors but no config.json, which tells the encoder's sizes: copy the whole checkpoint.", exception.Message);
    }

    [TestMethod]
    public void Load_NoWeights_SaysSo()
    {
        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => EncoderCheckpoint.Load(WithoutWeights(null), "tiny"));

        Assert.AreEqual("memory has no model.safetensors: give the folder of a whole checkpoint.", exception.Message);
    }

    [TestMethod]
    public void Load_PickleOnly_SaysWhyNotAndHowToConvert()
    {
        NotSupportedException exception = Assert.ThrowsExactly<NotSupportedException>(
            () => EncoderCheckpoint.Load(WithoutWeights("pytorch_model.bin"), "tiny"));

        Assert.AreEqual(
            "memory holds its weights as pytorch_model.bin, which is a pickle: opening one can run any code that is in it, so only model.safetensors is read. "
            + "Convert it once, where you trust it, in Python: "
            + "from transformers import AutoModel; AutoModel.from_pretrained(folder).save_pretrained(folder, safe_serialization=True)",
            exception.Message);
    }

    [TestMethod]
    public void Load_WeightsInSeveralFiles_SaysHowToJoinThem()
    {
        NotSupportedException exception = Assert.ThrowsExactly<NotSupportedException>(
            () => EncoderCheckpoint.Load(WithoutWeights("model.safetensors.index.json"), "tiny"));

        Assert.AreEqual(
            "memory holds its weights in several files (model.safetensors.index.json); only one model.safetensors is supported. "
            + "Save the model again with Transformers' save_pretrained(folder, max_shard_size=\"100GB\").",
            exception.Message);
    }

    [TestMethod]
    [DataRow(6, 6)]
    [DataRow(1, 6)]
    [DataRow(1000, 1127)]
    public void RequireVocabulary_FitsTheTable_Passes(int entries, int rows) => WithRows(rows).RequireVocabulary(entries, "vocab.txt");

    [TestMethod]
    [DataRow(7, 6)]
    [DataRow(1000, 1128)]
    public void RequireVocabulary_DoesNotFitTheTable_IsRefused(int entries, int rows)
    {
        EncoderCheckpoint checkpoint = WithRows(rows);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => checkpoint.RequireVocabulary(entries, "vocab.txt"));

        Assert.AreEqual(
            $"vocab.txt: the vocabulary has {entries} entries, but the embedding table of 'tiny' has {rows} rows. "
            + "The vocabulary must come from the same checkpoint as the weights, and be whole.",
            exception.Message);
    }

    private static EncoderCheckpoint WithRows(int rows)
    {
        var tiny = new TinyCheckpoint();
        tiny.Config["vocab_size"] = rows;
        return tiny.Reshape("embeddings.word_embeddings.weight", rows, 4).Load();
    }

    private static MemorySource WithoutWeights(string? other)
    {
        MemorySource source = new TinyCheckpoint().ToSource();
        source.Files.Remove("model.safetensors");
        if (other is not null)
        {
            source.Files[other] = Encoding.ASCII.GetBytes("never read");
        }

        return source;
    }

    private static void AssertInvalid(TinyCheckpoint checkpoint, string message)
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(checkpoint.Load);

        Assert.AreEqual(message, exception.Message);
    }

    private static void AssertAffine(Affine affine, int outputs, int inputs, ref int next)
    {
        Assert.AreEqual((outputs, inputs), (affine.Out, affine.In));
        Assert.AreEqual((next % 128) / 8f, affine.Weight.Values[0]);
        next += outputs * inputs;
        Assert.AreEqual((next % 128) / 8f, affine.Bias[0]);
        next += outputs;
    }

    private static void AssertNorm(Normalization norm, ref int next)
    {
        Assert.AreEqual((next % 128) / 8f, norm.Gain[0]);
        Assert.AreEqual(((next + 4) % 128) / 8f, norm.Bias[0]);
        next += 8;
    }

    private static void AssertSameWeights(EncoderWeights expected, EncoderWeights actual)
    {
        CollectionAssert.AreEqual(Flatten(expected), Flatten(actual));
        Assert.AreEqual(expected.Shape, actual.Shape);
    }

    private static float[] Flatten(EncoderWeights weights) =>
    [
        .. weights.Embeddings.Words.Values, .. weights.Embeddings.Positions.Values, .. weights.Embeddings.Segments!.Values,
        .. weights.Embeddings.Norm.Gain, .. weights.Embeddings.Norm.Bias,
        .. weights.Layers.SelectMany(layer => new[]
        {
            layer.Query.Weight.Values, layer.Query.Bias, layer.Key.Weight.Values, layer.Key.Bias, layer.Value.Weight.Values, layer.Value.Bias,
            layer.AttentionOutput.Weight.Values, layer.AttentionOutput.Bias, layer.AttentionNorm.Gain, layer.AttentionNorm.Bias,
            layer.FeedForwardIn.Weight.Values, layer.FeedForwardIn.Bias, layer.FeedForwardOut.Weight.Values, layer.FeedForwardOut.Bias,
            layer.OutputNorm.Gain, layer.OutputNorm.Bias,
        }).SelectMany(values => values),
        .. weights.Pooler!.Weight.Values, .. weights.Pooler.Bias,
    ];
}
