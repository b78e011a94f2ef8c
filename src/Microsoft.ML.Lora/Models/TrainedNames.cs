using System.Globalization;

namespace Microsoft.ML.Lora.Models;

/// <summary>The one place that names trained tensors, in memory as in files.</summary>
internal static class TrainedNames
{
    /// <summary>The head's dense layer.</summary>
    public const string Classifier = "classifier";

    /// <summary>The pooler's dense layer.</summary>
    public const string Pooler = "pooler.dense";

    /// <summary>The head's weight, (classes, hidden).</summary>
    public const string ClassifierWeight = Classifier + ".weight";

    /// <summary>The head's bias, (classes).</summary>
    public const string ClassifierBias = Classifier + ".bias";

    /// <summary>A trained pooler's weight, (hidden, hidden).</summary>
    public const string PoolerWeight = Pooler + ".weight";

    /// <summary>A trained pooler's bias, (hidden).</summary>
    public const string PoolerBias = Pooler + ".bias";

    /// <summary>The word embedding table, (vocabulary, hidden).</summary>
    public const string Words = "embeddings.word_embeddings";

    /// <summary>The position embedding table, (positions, hidden).</summary>
    public const string Positions = "embeddings.position_embeddings";

    /// <summary>The segment embedding table, (segments, hidden).</summary>
    public const string Segments = "embeddings.token_type_embeddings";

    /// <summary>The normalisation of the embeddings' sum.</summary>
    public const string EmbeddingNorm = "embeddings.LayerNorm";

    private const string FactorASuffix = ".lora_A.weight";
    private const string FactorBSuffix = ".lora_B.weight";
    private const string BottleneckDownSuffix = "adapter.down";
    private const string BottleneckUpSuffix = "adapter.up";
    private const string BottleneckNormSuffix = "adapter.norm";

    /// <summary>The factor A of one matrix's update, (rank, in).</summary>
    public static string FactorA(int layer, LoraTargets target) => Module(layer, target) + FactorASuffix;

    /// <summary>The factor B of one matrix's update, (out, rank).</summary>
    public static string FactorB(int layer, LoraTargets target) => Module(layer, target) + FactorBSuffix;

    /// <summary>The weight of a dense layer, (out, in), the gain of a normalisation, (hidden), or an embedding table, (rows, hidden).</summary>
    public static string Weight(string module) => module + ".weight";

    /// <summary>The bias of a dense layer or a normalisation.</summary>
    public static string Bias(string module) => module + ".bias";

    /// <summary>The normalisation behind a layer's attention.</summary>
    public static string AttentionNorm(int layer) => Layer(layer) + "attention.output.LayerNorm";

    /// <summary>The normalisation behind a layer's feed-forward block.</summary>
    public static string OutputNorm(int layer) => Layer(layer) + "output.LayerNorm";

    /// <summary>A bottleneck's dense layer down to its width.</summary>
    public static string BottleneckDown(int layer, BottleneckPlace place) => Bottleneck(layer, place) + BottleneckDownSuffix;

    /// <summary>A bottleneck's dense layer back up.</summary>
    public static string BottleneckUp(int layer, BottleneckPlace place) => Bottleneck(layer, place) + BottleneckUpSuffix;

    /// <summary>A bottleneck's own normalisation.</summary>
    public static string BottleneckNorm(int layer, BottleneckPlace place) => Bottleneck(layer, place) + BottleneckNormSuffix;

    /// <summary>Whether a name is that of an embedding table.</summary>
    public static bool IsTable(string name) => name == Weight(Words) || name == Weight(Positions) || name == Weight(Segments);

    /// <summary>Whether a name is that of a factor A.</summary>
    public static bool IsFactorA(string name) => name.EndsWith(FactorASuffix, StringComparison.Ordinal);

    /// <summary>Whether a name is that of a factor B.</summary>
    public static bool IsFactorB(string name) => name.EndsWith(FactorBSuffix, StringComparison.Ordinal);

    /// <summary>The adapted matrix itself, as BERT's own checkpoints name it too.</summary>
    public static string Module(int layer, LoraTargets target) =>
        Layer(layer) + Part(target);

    /// <summary>The part of <see cref="Module"/> that is the same in every layer.</summary>
    public static string Part(LoraTargets target) => target switch
    {
        LoraTargets.Query => "attention.self.query",
        LoraTargets.Key => "attention.self.key",
        LoraTargets.Value => "attention.self.value",
        LoraTargets.AttentionOutput => "attention.output.dense",
        LoraTargets.FeedForwardIn => "intermediate.dense",
        LoraTargets.FeedForwardOut => "output.dense",
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "One matrix of a layer is wanted."),
    };

    /// <summary>Whether a name is that of a weight of a bottleneck.</summary>
    public static bool IsBottleneckWeight(string name) =>
        name.EndsWith(Weight(BottleneckDownSuffix), StringComparison.Ordinal) || name.EndsWith(Weight(BottleneckUpSuffix), StringComparison.Ordinal);

    /// <summary>Whether a name is that of the gain of a bottleneck's own normalisation.</summary>
    public static bool IsBottleneckGain(string name) => name.EndsWith(Weight(BottleneckNormSuffix), StringComparison.Ordinal);

    private static string Bottleneck(int layer, BottleneckPlace place) => Layer(layer) + place switch
    {
        BottleneckPlace.AttentionOutput => "attention.output.",
        BottleneckPlace.FeedForwardOut => "output.",
        BottleneckPlace.LayerOutput => "",
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, "There is no such place in a layer."),
    };

    private static string Layer(int layer) => string.Create(CultureInfo.InvariantCulture, $"encoder.layer.{layer}.");
}
