using System.Text.Json;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;
using Microsoft.ML.Lora.Tests.Storage;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>A checkpoint folder of a random BERT with 2 layers of 16 and whole words for a vocabulary; it goes with the test.</summary>
internal sealed class TinyEncoder : IDisposable
{
    /// <summary>Rows of the position table: the most tokens of a pair.</summary>
    public const int Positions = 24;

    private const int Layers = 2;
    private const int Hidden = 16;
    private const int FeedForward = 32;

    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. TinyPairs.Words];

    private readonly TemporaryFolder _folder = new();
    private readonly List<NamedTensor> _tensors = [];
    private readonly SeededRandom _random;

    public TinyEncoder(ulong seed = 1)
    {
        _random = new SeededRandom(seed);
        AddTensors();
        File.WriteAllText(_folder.File("config.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["model_type"] = "bert",
            ["num_hidden_layers"] = Layers,
            ["hidden_size"] = Hidden,
            ["num_attention_heads"] = 2,
            ["intermediate_size"] = FeedForward,
            ["vocab_size"] = Vocabulary.Length,
            ["max_position_embeddings"] = Positions,
        }));
        File.WriteAllLines(VocabularyPath, Vocabulary);
        using FileStream stream = File.Create(_folder.File("model.safetensors"));
        SafetensorsWriter.Write(stream, _tensors, new Dictionary<string, string>());
    }

    /// <summary>The folder.</summary>
    public string Folder => _folder.Path;

    /// <summary>The vocabulary's file.</summary>
    public string VocabularyPath => _folder.File("vocab.txt");

    /// <summary>The encoder in it.</summary>
    public PretrainedEncoder Encoder => PretrainedEncoder.FromDirectory(Folder);

    /// <summary>Options for a training of a blink: 1 epoch of batches of 8 on one thread.</summary>
    public LoraSentencePairOptions Options => new()
    {
        Encoder = Encoder,
        Rank = 2,
        Alpha = 4,
        Epochs = 1,
        BatchSize = 8,
        Rates = AdapterRates.Equal(1e-2f),
        Seed = 3,
        Threads = 1,
    };

    /// <summary>A model trained on 64 pairs.</summary>
    public LoraSentencePairTransformer Train(MLContext ml, LoraSentencePairOptions? options = null) =>
        new LoraSentencePairTrainer(ml, options ?? Options).Fit(TinyPairs.Data(ml, 64));

    /// <summary>Deletes the folder, before the test ends where that is what is tested.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            _folder.Dispose();
        }
    }

    private void AddTensors()
    {
        Add("embeddings.word_embeddings.weight", 1, Vocabulary.Length, Hidden);
        Add("embeddings.position_embeddings.weight", 0.1f, Positions, Hidden);
        Add("embeddings.token_type_embeddings.weight", 0.3f, 2, Hidden);
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

    private void AddAffine(string name, int outputs, int inputs)
    {
        Add($"{name}.weight", MathF.Sqrt(3f / inputs), outputs, inputs);
        Add($"{name}.bias", 0.1f, outputs);
    }

    private void AddNorm(string name)
    {
        _tensors.Add(new NamedTensor($"{name}.weight", [Hidden], [.. Enumerable.Repeat(1f, Hidden)]));
        Add($"{name}.bias", 0.1f, Hidden);
    }

    /// <summary>Uniform from −<paramref name="most"/> to <paramref name="most"/>.</summary>
    private void Add(string name, float most, params int[] shape)
    {
        int count = shape.Aggregate(1, (product, dimension) => product * dimension);
        _tensors.Add(new NamedTensor(name, shape, [.. Enumerable.Range(0, count).Select(_ => most * (2 * _random.NextSingle() - 1))]));
    }
}
