using System.Globalization;

namespace Microsoft.ML.Lora.Models;

/// <summary>The one place that names trained tensors, in memory as in files.</summary>
internal static class TrainedNames
{
    /// <summary>The head's weight, (classes, hidden).</summary>
    public const string ClassifierWeight = "classifier.weight";

    /// <summary>The head's bias, (classes).</summary>
    public const string ClassifierBias = "classifier.bias";

    /// <summary>A trained pooler's weight, (hidden, hidden).</summary>
    public const string PoolerWeight = "pooler.dense.weight";

    /// <summary>A trained pooler's bias, (hidden).</summary>
    public const string PoolerBias = "pooler.dense.bias";

    private const string FactorASuffix = ".lora_A.weight";
    private const string FactorBSuffix = ".lora_B.weight";

    /// <summary>The factor A of one matrix's update, (rank, in).</summary>
    public static string FactorA(int layer, LoraTargets target) => Module(layer, target) + FactorASuffix;

    /// <summary>The factor B of one matrix's update, (out, rank).</summary>
    public static string FactorB(int layer, LoraTargets target) => Module(layer, target) + FactorBSuffix;

    /// <summary>Whether a name is that of a factor A.</summary>
    public static bool IsFactorA(string name) => name.EndsWith(FactorASuffix, StringComparison.Ordinal);

    /// <summary>Whether a name is that of a factor B.</summary>
    public static bool IsFactorB(string name) => name.EndsWith(FactorBSuffix, StringComparison.Ordinal);

    /// <summary>The adapted matrix itself, as BERT's own checkpoints name it too.</summary>
    public static string Module(int layer, LoraTargets target) =>
        string.Create(CultureInfo.InvariantCulture, $"encoder.layer.{layer}.{Part(target)}");

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
}
