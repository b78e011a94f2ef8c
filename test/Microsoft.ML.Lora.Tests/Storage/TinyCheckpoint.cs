using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

/// <summary>A whole BERT checkpoint of 2 layers with every value different; tests change one thing in it.</summary>
internal sealed class TinyCheckpoint
{
    private const int Layers = 2;
    private const int Hidden = 4;
    private const int FeedForward = 8;

    private readonly List<RawTensor> _tensors = [];
    private int _next;

    public TinyCheckpoint()
    {
        Add("embeddings.word_embeddings.weight", 6, Hidden);
        Add("embeddings.position_embeddings.weight", 5, Hidden);
        Add("embeddings.token_type_embeddings.weight", 2, Hidden);
        AddNorm("embeddings.LayerNorm");
        for (int layer = 0; layer < Layers; layer++)
        {
            string prefix = $"encoder.layer.{layer}";
            AddAffine($"{prefix}.attention.self.query", Hidden, Hidden);
            AddAffine($"{prefix}.attention.self.key", Hidden, Hidden);
            AddAffine($"{prefix}.attention.self.value", Hidden, Hidden);
            AddAffine($"{prefix}.attention.output.dense", Hidden, Hidden);
            AddNorm($"{prefix}.attention.output.LayerNorm");
            AddAffine($"{prefix}.intermediate.dense", FeedForward, Hidden);
            AddAffine($"{prefix}.output.dense", Hidden, FeedForward);
            AddNorm($"{prefix}.output.LayerNorm");
        }

        AddAffine("pooler.dense", Hidden, Hidden);
    }

    public JsonObject Config { get; } = new()
    {
        ["model_type"] = "bert",
        ["num_hidden_layers"] = Layers,
        ["hidden_size"] = Hidden,
        ["num_attention_heads"] = 2,
        ["intermediate_size"] = FeedForward,
        ["vocab_size"] = 6,
        ["max_position_embeddings"] = 5,
    };

    /// <summary>Files besides config and weights.</summary>
    public Dictionary<string, byte[]> OtherFiles { get; } = [];

    /// <summary>The sizes that the checkpoint has as it is made.</summary>
    public static EncoderShape Shape => new TinyCheckpoint().Load().Weights.Shape;

    public TinyCheckpoint Remove(string name)
    {
        _tensors.RemoveAll(tensor => tensor.Name == name);
        return this;
    }

    public TinyCheckpoint Reshape(string name, params long[] shape) =>
        Replace(name, RawTensor.OfFloats(name, shape, new float[shape.Aggregate(1L, (product, dimension) => product * dimension)]));

    public TinyCheckpoint Replace(string name, RawTensor replacement)
    {
        _tensors[_tensors.FindIndex(tensor => tensor.Name == name)] = replacement;
        return this;
    }

    public TinyCheckpoint Append(RawTensor tensor)
    {
        _tensors.Add(tensor);
        return this;
    }

    public TinyCheckpoint Rename(Func<string, string> rename) => Change(tensor => tensor with { Name = rename(tensor.Name) });

    public TinyCheckpoint Change(Func<RawTensor, RawTensor> change)
    {
        for (int i = 0; i < _tensors.Count; i++)
        {
            _tensors[i] = change(_tensors[i]);
        }

        return this;
    }

    public MemorySource ToSource()
    {
        var source = new MemorySource();
        source.Files["config.json"] = Encoding.UTF8.GetBytes(Config.ToJsonString());
        source.Files["model.safetensors"] = SafetensorsBytes.Of(_tensors);
        foreach ((string name, byte[] content) in OtherFiles)
        {
            source.Files[name] = content;
        }

        return source;
    }

    public EncoderCheckpoint Load() => EncoderCheckpoint.Load(ToSource(), "tiny");

    private void AddAffine(string name, int outputs, int inputs)
    {
        Add($"{name}.weight", outputs, inputs);
        Add($"{name}.bias", outputs);
    }

    private void AddNorm(string name)
    {
        Add($"{name}.weight", Hidden);
        Add($"{name}.bias", Hidden);
    }

    /// <summary>Counts on in steps that fp16 and bf16 hold exactly.</summary>
    private void Add(string name, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, dimension) => product * dimension)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (_next++ % 128) / 8f;
        }

        _tensors.Add(RawTensor.OfFloats(name, shape, values));
    }
}
