using Microsoft.ML.Lora;

namespace Ablation.Methods;

/// <summary>A row of the tables: what is trained, how fast, and what a pair's score is made of.</summary>
internal sealed record Method
{
    /// <summary>What it is called on the command line and in file names.</summary>
    public required string Name { get; init; }

    /// <summary>What it is called in tables.</summary>
    public required string Title { get; init; }

    /// <summary>What the row is for, in a sentence.</summary>
    public required string Purpose { get; init; }

    public AdaptationMethod Adaptation { get; init; } = AdaptationMethod.LowRank;

    public LoraTargets Targets { get; init; } = LoraTargets.QueryAndValue;

    /// <summary>The method whose rule for the learning rates this one has too, so that both differ in one thing alone.</summary>
    public required string RatesOf { get; init; }

    /// <summary>Whether the score looks at density, or is the classifier's alone.</summary>
    public bool IsDensityAware { get; init; }

    /// <summary>Whether it is measured at each rank of the sweep.</summary>
    public bool IsSwept { get; init; }

    /// <summary>Whether a rank means anything to it.</summary>
    public bool HasRank => Adaptation == AdaptationMethod.LowRank && Targets != LoraTargets.None;

    public MatchingScore Score => IsDensityAware ? MatchingScore.DensityAware : MatchingScore.Classifier;
}
