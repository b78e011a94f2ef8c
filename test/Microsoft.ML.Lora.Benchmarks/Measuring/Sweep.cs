using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>One setting that grows while all others stay as they usually are: batches of 64, rank 8, one thread, the pairs' own lengths.</summary>
/// <param name="Name">What grows, for an axis.</param>
/// <param name="Values">Its values, rising.</param>
/// <param name="At">The setting for a value.</param>
internal sealed record Sweep(string Name, IReadOnlyList<int> Values, Func<int, SweepSetting> At)
{
    /// <summary>Everything that is swept.</summary>
    /// <param name="threadCounts">Numbers of threads worth a measurement.</param>
    public static IReadOnlyList<Sweep> All(IReadOnlyList<int> threadCounts) =>
    [
        new("tokens per pair", [1, 8, 16, 33, 64, 128, 256, 512], tokens => new() { Pairs = new PairSelection { Tokens = tokens, Count = 1024 } }),
        new("rank", [1, 2, 4, 8, 16, 32, 64], rank => new() { Rank = rank }),
        new("pairs per batch", [1, 2, 4, 8, 16, 32, 64, 128, 256], batch => new() { Pairs = new PairSelection { Batch = batch } }),
        // Few enough pairs that the layers below have met them all in the warm-up: from the second epoch on.
        new("adapted layers", [1, 2, 3, 4, 6, 8, 12], layers => new() { AdaptedLayers = layers, Pairs = new PairSelection { Count = 512 } }),
        new("threads", threadCounts, threads => new() { Threads = threads }),
    ];
}
