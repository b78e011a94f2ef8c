using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>One point of a sweep.</summary>
internal sealed record SweepSetting
{
    /// <summary>The pairs.</summary>
    public PairSelection Pairs { get; init; } = new();

    /// <summary>Rank of the updates.</summary>
    public int Rank { get; init; } = LoraModel.UsualRank;

    /// <summary>Threads that work.</summary>
    public int Threads { get; init; } = 1;
}
