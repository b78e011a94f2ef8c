using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class AdapterFolderTests
{
    private const string Query1 = "base_model.model.bert.encoder.layer.1.attention.self.query.lora_A.weight";

    private static readonly EncoderShape Shape = TinyCheckpoint.Shape;
    private static readonly EncoderIdentity Encoder = new("tiny", "00ff");

    [TestMethod]
    [DataRow(LoraTargets.None, ClassificationHead.PretrainedPooler)]
    [DataRow(LoraTargets.QueryAndValue, ClassificationHead.PretrainedPooler)]
    [DataRow(LoraTargets.FeedForwardOut, ClassificationHead.TrainedPooler)]
    [DataRow(LoraTargets.All, ClassificationHead.Dense)]
    public void Read_WhatWasWritten_IsTheSame(LoraTargets targets, ClassificationHead head)
    {
        using var folder = new TemporaryFolder();
        Adapter adapter = Make(targets, head);

        AdapterFolder.Write(folder.Path, adapter, Shape);
        Adapter read = AdapterFolder.Read(folder.Path, Shape, Encoder);

        Assert.AreEqual(adapter.Plan, read.Plan);
        Assert.AreEqual((adapter.Alpha, adapter.RankStabilized, adapter.Encoder), (read.Alpha, read.RankStabilized, read.Encoder));
        CollectionAssert.AreEqual(
            adapter.Trained.Tensors.Select(tensor => tensor.Name).ToArray(), read.Trained.Tensors.Select(tensor => tensor.Name).ToArray());
        CollectionAssert.AreEqual(
            adapter.Trained.Tensors.SelectMany(tensor => tensor.Values).ToArray(), read.Trained.Tensors.SelectMany(tensor => tensor.Values).ToArray());
    }

    [TestMethod]
    public void Write_OtherMethodThanLowRankUpdates_IsRefusedAndWritesNothing()
    {
        using var folder = new TemporaryFolder();
        Adapter adapter = Make(LoraTargets.None, ClassificationHead.Dense);
        TrainablePlan plan = adapter.Plan with { Adapter = adapter.Plan.Adapter with { Method = AdaptationMethod.AdapterH } };

        NotSupportedException exception = Assert.ThrowsExactly<NotSupportedException>(
            () => AdapterFolder.Write(folder.Path, adapter with { Plan = plan }, Shape));

        Assert.AreEqual(
            $"{folder.Path}: an adapter folder is PEFT's layout of low-rank updates, but this model was trained by AdapterH. Save it as a model zip.",
            exception.Message);
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void Write_Adapter_IsLaidOutAsPeftDoesIt()
    {
        using var folder = new TemporaryFolder();

        AdapterFolder.Write(folder.Path, Make(LoraTargets.Query, ClassificationHead.TrainedPooler), Shape);

        using SafetensorsFile file = SafetensorsFile.Open(File.OpenRead(folder.File("adapter_model.safetensors")), "adapter");
        CollectionAssert.AreEqual(
            new[]
            {
                "base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight", "base_model.model.bert.encoder.layer.0.attention.self.query.lora_B.weight",
                "base_model.model.bert.encoder.layer.1.attention.self.query.lora_A.weight", "base_model.model.bert.encoder.layer.1.attention.self.query.lora_B.weight",
                "base_model.model.bert.pooler.dense.weight", "base_model.model.bert.pooler.dense.bias",
                "base_model.model.classifier.weight", "base_model.model.classifier.bias",
            },
            file.Header.Tensors.Select(tensor => tensor.Name).ToArray());
        Assert.AreEqual("pt", file.Header.Metadata["format"]);
        Assert.AreEqual(
            """
            {
              "base_model_name_or_path": "tiny",
              "bias": "none",
              "fan_in_fan_out": false,
              "inference_mode": true,
              "lora_alpha": 16,
              "lora_dropout": 0.1,
              "modules_to_save": [
                "classifier",
                "pooler"
              ],
              "peft_type": "LORA",
              "r": 2,
              "target_modules": [
                "attention.self.query"
              ],
              "task_type": "SEQ_CLS",
              "use_rslora": false
            }
            """.ReplaceLineEndings("\n"),
            File.ReadAllText(folder.File("adapter_config.json")));
    }

    [TestMethod]
    public void TargetModules_FeedForwardOut_IsNamedLayerByLayer()
    {
        AdapterPlan plan = Make(LoraTargets.AttentionOutput | LoraTargets.FeedForwardOut, ClassificationHead.Dense).Plan.Adapter;

        CollectionAssert.AreEqual(
            new[] { "attention.output.dense", "encoder.layer.0.output.dense", "encoder.layer.1.output.dense" },
            AdapterNames.TargetModules(plan, layers: 2).ToArray());
    }

    [TestMethod]
    public void Read_AdapterOfTheTopLayerAlone_KnowsThatItIs()
    {
        Adapter whole = Make(LoraTargets.QueryAndValue, ClassificationHead.PretrainedPooler);
        TrainablePlan plan = whole.Plan with { Adapter = whole.Plan.Adapter with { TopLayers = 1 } };
        var wanted = TrainedShapes.Of(Shape, plan).Select(shape => shape.Name).ToHashSet();
        Adapter top = whole with { Plan = plan, Trained = new([.. whole.Trained.Tensors.Where(tensor => wanted.Contains(tensor.Name))]) };
        using var folder = new TemporaryFolder();

        AdapterFolder.Write(folder.Path, top, Shape);
        Adapter read = AdapterFolder.Read(folder.Path, Shape, Encoder);

        Assert.AreEqual(plan, read.Plan);
        StringAssert.Contains(
            File.ReadAllText(folder.File("adapter_config.json")),
            "\"encoder.layer.1.attention.self.query\",\n    \"encoder.layer.1.attention.self.value\"");
        Assert.HasCount(wanted.Count, read.Trained.Tensors);
    }

    [TestMethod]
    [DataRow(LoraTargets.Query, ClassificationHead.PretrainedPooler)]
    [DataRow(LoraTargets.Query, ClassificationHead.TrainedPooler)]
    public void Read_AdapterWithoutOurMetadata_TellsTheHeadFromItsTensors(LoraTargets targets, ClassificationHead head)
    {
        using TemporaryFolder folder = Write(Make(targets, head), tensors => tensors);

        Assert.AreEqual(head, AdapterFolder.Read(folder.Path, Shape, Encoder).Plan.Head);
    }

    [TestMethod]
    public void Read_ShapeOfAnotherEncoder_IsNamedWithBothShapes() => AssertInvalid(
        tensors => tensors.Select(tensor => tensor.Name == Query1 ? new NamedTensor(Query1, [2, 8], new float[16]) : tensor),
        $"tensor '{Query1}' has shape (2, 8), but this encoder needs (2, 4).");

    [TestMethod]
    public void Read_TensorMissing_IsNamed() => AssertInvalid(
        tensors => tensors.Where(tensor => tensor.Name != Query1), $"tensor '{Query1}' of shape (2, 4) is missing.");

    [TestMethod]
    public void Read_NoClassifier_IsNamed() => AssertInvalid(
        tensors => tensors.Where(tensor => tensor.Name != "base_model.model.classifier.weight"),
        "tensor 'base_model.model.classifier.weight' of shape (2, 4) is missing.");

    [TestMethod]
    public void Read_UnknownTensor_IsNamed() => AssertInvalid(
        tensors => tensors.Append(new NamedTensor("base_model.model.bert.encoder.layer.2.output.dense.lora_A.weight", [1], [0])),
        "tensor 'base_model.model.bert.encoder.layer.2.output.dense.lora_A.weight' has no place in this encoder.");

    [TestMethod]
    public void Read_AdapterOfAnotherChecksum_IsRefused()
    {
        using var folder = new TemporaryFolder();
        AdapterFolder.Write(folder.Path, Make(LoraTargets.Query, ClassificationHead.Dense), Shape);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(
            () => AdapterFolder.Read(folder.Path, Shape, new EncoderIdentity("other", "ee11")));

        Assert.AreEqual(
            $"{folder.File("adapter_model.safetensors")}: the adapter was trained on the encoder 'tiny' with SHA-256 00ff, but 'other' has ee11. "
            + "Load it with the encoder that it was trained on.",
            exception.Message);
    }

    [TestMethod]
    public void Read_UnknownHead_IsRefused()
    {
        using TemporaryFolder folder = Write(Make(LoraTargets.Query, ClassificationHead.Dense), tensors => tensors, new() { ["loraml.head"] = "Tree" });

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => AdapterFolder.Read(folder.Path, Shape, Encoder));

        Assert.AreEqual(
            $"{folder.File("adapter_model.safetensors")}: 'loraml.head' must be PretrainedPooler, TrainedPooler, Dense, but is 'Tree'.", exception.Message);
    }

    [TestMethod]
    [DataRow("adapter_config.json")]
    [DataRow("adapter_model.safetensors")]
    public void Read_FileMissing_IsNamed(string fileName)
    {
        using var folder = new TemporaryFolder();
        AdapterFolder.Write(folder.Path, Make(LoraTargets.Query, ClassificationHead.Dense), Shape);
        File.Delete(folder.File(fileName));

        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => AdapterFolder.Read(folder.Path, Shape, Encoder));

        Assert.AreEqual(
            $"'{folder.File(fileName)}' does not exist; an adapter folder has adapter_config.json and adapter_model.safetensors.", exception.Message);
    }

    [TestMethod]
    [DataRow("r", "0", "'r' must be a whole number from 1 to 1024, but is 0.")]
    [DataRow("r", "null", "'r' is missing; it must be a whole number from 1 to 1024.")]
    [DataRow("lora_alpha", "-1", "'lora_alpha' must be a number from 1E-06 to 65536, but is -1.")]
    [DataRow("lora_dropout", "1.5", "'lora_dropout' must be a number from 0 to 1, but is 1.5.")]
    public void Read_SettingInvalid_IsNamed(string field, string json, string fault)
    {
        using TemporaryFolder folder = WriteWith(field, json);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => AdapterFolder.Read(folder.Path, Shape, Encoder));

        Assert.AreEqual($"{folder.File("adapter_config.json")}: {fault}", exception.Message);
    }

    [TestMethod]
    [DataRow("peft_type", "\"IA3\"", "'peft_type' is 'IA3'; supported: 'LORA'.")]
    [DataRow("task_type", "\"CAUSAL_LM\"", "'task_type' is 'CAUSAL_LM'; supported: 'SEQ_CLS'.")]
    [DataRow("bias", "\"all\"", "'bias' is 'all'; supported: 'none'.")]
    [DataRow("use_dora", "true", "'use_dora' is true; only false is supported.")]
    [DataRow("fan_in_fan_out", "true", "'fan_in_fan_out' is true; only false is supported.")]
    [DataRow("rank_pattern", "{\"query\":4}", "'rank_pattern' is {\"query\":4}; only an empty one is supported.")]
    [DataRow("alpha_pattern", "{\"query\":4}", "'alpha_pattern' is {\"query\":4}; only an empty one is supported.")]
    [DataRow("layers_to_transform", "[1]", "'layers_to_transform' is [1]; only an empty one is supported.")]
    public void Read_SettingNotSupported_IsNamed(string field, string json, string fault)
    {
        using TemporaryFolder folder = WriteWith(field, json);

        NotSupportedException exception = Assert.ThrowsExactly<NotSupportedException>(() => AdapterFolder.Read(folder.Path, Shape, Encoder));

        Assert.AreEqual($"{folder.File("adapter_config.json")}: {fault}", exception.Message);
    }

    private static Adapter Make(LoraTargets targets, ClassificationHead head)
    {
        var plan = new TrainablePlan
        {
            Adapter = new() { Targets = targets, Rank = 2, Scaling = 8, Dropout = 0.1f },
            Head = head,
            Classes = 2,
        };
        int next = 0;
        IEnumerable<NamedTensor> tensors = TrainedShapes.Of(Shape, plan).Select(tensor =>
        {
            var values = new float[tensor.Dimensions.Aggregate(1, (product, dimension) => product * dimension)];
            return new NamedTensor(tensor.Name, tensor.Dimensions, [.. values.Select(_ => next++ / 3f)]);
        });
        return new() { Plan = plan, Alpha = 16, RankStabilized = false, Encoder = Encoder, Trained = new TrainedWeights([.. tensors]) };
    }

    /// <summary>Writes an adapter and rewrites its weights.</summary>
    private static TemporaryFolder Write(
        Adapter adapter, Func<IEnumerable<NamedTensor>, IEnumerable<NamedTensor>> change, Dictionary<string, string>? metadata = null)
    {
        var folder = new TemporaryFolder();
        AdapterFolder.Write(folder.Path, adapter, Shape);
        string path = folder.File("adapter_model.safetensors");
        IReadOnlyList<NamedTensor> tensors;
        using (SafetensorsFile file = SafetensorsFile.Open(File.OpenRead(path), path))
        {
            tensors = file.ReadAll();
        }

        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, [.. change(tensors)], metadata ?? []));
        return folder;
    }

    private static TemporaryFolder WriteWith(string field, string json)
    {
        var folder = new TemporaryFolder();
        AdapterFolder.Write(folder.Path, Make(LoraTargets.Query, ClassificationHead.Dense), Shape);
        JsonObject config = JsonNode.Parse(File.ReadAllText(folder.File("adapter_config.json")))!.AsObject();
        config[field] = JsonNode.Parse(json);
        File.WriteAllText(folder.File("adapter_config.json"), config.ToJsonString());
        return folder;
    }

    private static void AssertInvalid(Func<IEnumerable<NamedTensor>, IEnumerable<NamedTensor>> change, string fault)
    {
        using TemporaryFolder folder = Write(Make(LoraTargets.Query, ClassificationHead.PretrainedPooler), change);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => AdapterFolder.Read(folder.Path, Shape, Encoder));

        Assert.AreEqual(
            $"{folder.File("adapter_model.safetensors")}: {fault}{Environment.NewLine}"
            + "The adapter was trained on the encoder 'tiny' (see adapter_config.json); load it with that one.",
            exception.Message);
    }
}
