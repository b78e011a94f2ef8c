using Ablation.Methods;
using Ablation.Pairs;
using Microsoft.ML.Lora;
using SampleConsole;

namespace Ablation;

/// <summary>What the command line asked for.</summary>
internal sealed record Settings
{
    public required PairSource Source { get; init; }

    public required string Encoder { get; init; }

    public required IReadOnlyList<Method> Methods { get; init; }

    /// <summary>Ranks of the sweep.</summary>
    public required IReadOnlyList<int> Ranks { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>Rank of every row with low-rank updates.</summary>
    public required int Rank { get; init; }

    /// <summary>lora_alpha in multiples of the rank, so that updates are scaled alike at every rank.</summary>
    public required float AlphaPerRank { get; init; }

    /// <summary>Layers that <see cref="AdaptationMethod.LastLayers"/> trains.</summary>
    public required int Layers { get; init; }

    public required int? Bottleneck { get; init; }

    public required int Epochs { get; init; }

    public required int Batch { get; init; }

    public required int MaxTokens { get; init; }

    /// <summary>The rule of each method that has one of its own, as <see cref="RateText"/> reads it.</summary>
    public required IReadOnlyDictionary<string, string> Rates { get; init; }

    /// <summary>Cells side by side.</summary>
    public required int Jobs { get; init; }

    /// <summary>Threads of each cell.</summary>
    public required int Threads { get; init; }

    public required string Output { get; init; }

    /// <summary>Whether nothing is trained and the report is made of what is finished.</summary>
    public required bool ReportOnly { get; init; }

    /// <summary>The rule of a method.</summary>
    public AdapterRateRule RulesOf(Method method) => RateText.Parse(Rates[method.RatesOf]);
}
