namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>Which pairs are measured, and in what batches.</summary>
internal sealed record PairSelection
{
    /// <summary>Pairs in a batch.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Pairs read from the file.</summary>
    public int Count { get; init; } = 4096;

    /// <summary>Tokens that longer pairs are cut to.</summary>
    public int Limit { get; init; } = 128;

    /// <summary>Tokens that every pair gets, by repeating or cutting its own; <see langword="null"/> for the pairs as they are.</summary>
    public int? Tokens { get; init; }
}
