using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>One point of a sweep.</summary>
internal sealed record SweepSetting
{
    /// <summary>The pairs.</summary>
    public PairSelection Pairs { get; init; } = new();

    /// <summary>Rank of the updates.</summary>
    public int Rank { get; init; } = LoraModel.UsualRank;

    /// <summary>Layers that gain updates, counted from the top; <see langword="null"/> for all.</summary>
    public int? AdaptedLayers { get; init; }

    /// <summary>Whether training is measured only once every pair has come.</summary>
    public bool IsWarmByEpoch { get; init; }

    /// <summary>Threads that work.</summary>
    public int Threads { get; init; } = 1;
}
