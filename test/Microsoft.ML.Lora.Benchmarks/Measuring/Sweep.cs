using Microsoft.ML.Lora.Benchmarks.Workloads;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>One setting that grows while all others stay as they usually are: batches of 64, rank 8, one thread, the pairs' own lengths.</summary>
/// <remarks>Pairs of more than 64 tokens come in smaller batches, of as many tokens as 64 pairs of 64.</remarks>
/// <param name="Name">What grows, for an axis.</param>
/// <param name="Values">Its values, rising.</param>
/// <param name="At">The setting for a value.</param>
internal sealed record Sweep(string Name, IReadOnlyList<int> Values, Func<int, SweepSetting> At)
{
    private const int MostTokensInBatch = 64 * 64;

    /// <summary>Everything that is swept.</summary>
    /// <param name="threadCounts">Numbers of threads worth a measurement.</param>
    public static IReadOnlyList<Sweep> All(IReadOnlyList<int> threadCounts) =>
    [
        new("tokens per pair", [1, 8, 16, 33, 64, 128, 256, 512], OfTokens),
        new("rank", [1, 2, 4, 8, 16, 32, 64], rank => new() { Rank = rank }),
        new("pairs per batch", [1, 2, 4, 8, 16, 32, 64, 128, 256], batch => new() { Pairs = new PairSelection { Batch = batch } }),
        // From the second epoch on: the layers below have met all pairs, few enough for that, in the warm-up.
        new("adapted layers", [1, 2, 3, 4, 6, 8, 12], layers => new() { AdaptedLayers = layers, IsWarmByEpoch = true, Pairs = new PairSelection { Count = 512 } }),
        new("threads", threadCounts, threads => new() { Threads = threads }),
    ];

    private static SweepSetting OfTokens(int tokens)
    {
        var usual = new PairSelection();
        return new() { Pairs = usual with { Tokens = tokens, Count = 1024, Batch = Math.Min(usual.Batch, MostTokensInBatch / tokens) } };
    }
}
