using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines;

/// <summary>One case of build/references/make_engine_goldens.py: a small encoder, a batch, and what torch computes from them.</summary>
internal sealed class EngineGolden
{
    private readonly Dictionary<string, (int[] Shape, int Offset)> _index = [];
    private readonly float[] _values;
    private readonly JsonElement _header;

    public EngineGolden(string name)
    {
        string folder = Path.Combine(
            typeof(EngineGolden).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(pair => pair.Key == "RepositoryDirectory").Value!,
            "test", "Microsoft.ML.Lora.Tests", "Data", "engine");
        _header = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name + ".json"))).RootElement;
        _values = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, name + ".bin"))).ToArray();
        foreach (JsonProperty tensor in _header.GetProperty("tensors").EnumerateObject())
        {
            int[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt32())];
            _index.Add(tensor.Name, (shape, tensor.Value.GetProperty("offset").GetInt32()));
        }

        Encoder = ReadEncoder();
    }

    public EncoderWeights Encoder { get; }

    public TrainablePlan Plan => new()
    {
        Adapter = new AdapterPlan
        {
            Method = _header.TryGetProperty("method", out JsonElement method) ? Enum.Parse<AdaptationMethod>(method.GetString()!) : AdaptationMethod.LowRank,
            TopLayers = _header.TryGetProperty("topLayers", out JsonElement layers) ? layers.GetInt32() : null,
            BottleneckSize = _header.TryGetProperty("bottleneck", out JsonElement size) ? size.GetInt32() : 1,
            Targets = _header.GetProperty("targets").EnumerateArray()
                .Aggregate(LoraTargets.None, (targets, target) => targets | Enum.Parse<LoraTargets>(target.GetString()!)),
            Rank = _header.GetProperty("rank").GetInt32(),
            Scaling = _header.GetProperty("scaling").GetSingle(),
            Dropout = 0,
        },
        Head = Enum.Parse<ClassificationHead>(_header.GetProperty("head").GetString()!),
        Classes = _header.GetProperty("classes").GetInt32(),
    };

    public OptimizerPlan Optimizer => new()
    {
        Rates = new TestRates(Number("rates", "A"), Number("rates", "B"), Number("rates", "head")),
        Beta1 = Number("optimizer", "beta1"),
        Beta2 = Number("optimizer", "beta2"),
        Epsilon = Number("optimizer", "epsilon"),
        WeightDecay = Number("optimizer", "weightDecay"),
        MaxGradientNorm = _header.GetProperty("clip").ValueKind == JsonValueKind.Null ? null : _header.GetProperty("clip").GetSingle(),
    };

    public EncodedPair[] Pairs => [.. _header.GetProperty("pairs").EnumerateArray().Select(ReadPair)];

    public int[] Labels => [.. _header.GetProperty("labels").EnumerateArray().Select(label => label.GetInt32())];

    public float[] Weights => [.. _header.GetProperty("weights").EnumerateArray().Select(weight => weight.GetSingle())];

    public double[] Losses => [.. _header.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble())];

    public TrainedWeights Start =>
        new([.. Names("start/").Select(name => new NamedTensor(name, _index["start/" + name].Shape, Floats("start/" + name)))]);

    /// <summary>The names of the tensors in one part of the file.</summary>
    public IEnumerable<string> Names(string prefix) =>
        _index.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);

    public double[] Doubles(string name) => Array.ConvertAll(Floats(name), value => (double)value);

    private float[] Floats(string name)
    {
        (int[] shape, int offset) = _index[name];
        return _values.AsSpan(offset, shape.Aggregate(1, (product, dimension) => product * dimension)).ToArray();
    }

    private float Number(string part, string name) => _header.GetProperty(part).GetProperty(name).GetSingle();

    private static EncodedPair ReadPair(JsonElement pair)
    {
        int[] ids = [.. pair.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        int second = pair.GetProperty("second").GetInt32();
        return new EncodedPair(ids, new TokenSpan(1, second - 2), new TokenSpan(second, ids.Length - second));
    }

    private EncoderWeights ReadEncoder()
    {
        JsonElement shape = _header.GetProperty("shape");
        int Size(string name) => shape.GetProperty(name).GetInt32();
        return new EncoderWeights
        {
            Shape = new EncoderShape
            {
                Family = "bert",
                Layers = Size("layers"),
                Hidden = Size("hidden"),
                Heads = Size("heads"),
                FeedForward = Size("feedForward"),
                Vocabulary = Size("vocabulary"),
                PositionRows = Size("positions"),
                Segments = Size("segments"),
                NormEpsilon = _header.GetProperty("normEpsilon").GetSingle(),
                Activation = _header.GetProperty("activation").GetString() switch
                {
                    "gelu" => Activation.Gelu,
                    "gelu_new" => Activation.GeluTanh,
                    _ => Activation.Relu,
                },
            },
            Embeddings = new EmbeddingWeights
            {
                Words = Matrix("embeddings.word_embeddings.weight"),
                Positions = Matrix("embeddings.position_embeddings.weight"),
                Segments = Size("segments") == 0 ? null : Matrix("embeddings.token_type_embeddings.weight"),
                Norm = Norm("embeddings.LayerNorm"),
            },
            Layers = [.. Enumerable.Range(0, Size("layers")).Select(layer => Layer($"encoder.layer.{layer}."))],
            Pooler = Affine("pooler.dense"),
        };
    }

    private LayerWeights Layer(string prefix) => new()
    {
        Query = Affine(prefix + "attention.self.query"),
        Key = Affine(prefix + "attention.self.key"),
        Value = Affine(prefix + "attention.self.value"),
        AttentionOutput = Affine(prefix + "attention.output.dense"),
        AttentionNorm = Norm(prefix + "attention.output.LayerNorm"),
        FeedForwardIn = Affine(prefix + "intermediate.dense"),
        FeedForwardOut = Affine(prefix + "output.dense"),
        OutputNorm = Norm(prefix + "output.LayerNorm"),
    };

    private Affine Affine(string name) => new(Matrix(name + ".weight"), Floats($"encoder/{name}.bias"));

    private Normalization Norm(string name) => new(Floats($"encoder/{name}.weight"), Floats($"encoder/{name}.bias"));

    private Matrix Matrix(string name)
    {
        int[] shape = _index["encoder/" + name].Shape;
        return new Matrix(shape[0], shape[1], Floats("encoder/" + name));
    }
}
