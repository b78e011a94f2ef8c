using Microsoft.ML.Lora;

namespace QuestionPairs;

/// <summary>What the command line asked for.</summary>
internal sealed record Settings
{
    public required FileInfo Train { get; init; }

    public required FileInfo Test { get; init; }

    public required string Encoder { get; init; }

    public required AdaptationMethod Adaptation { get; init; }

    public required int? Layers { get; init; }

    public required int? Bottleneck { get; init; }

    public required int Rank { get; init; }

    public required float Alpha { get; init; }

    public required int Epochs { get; init; }

    public required int Batch { get; init; }

    public required AdapterRateRule? Rates { get; init; }

    public required ComputeDevice Device { get; init; }

    public required GpuPrecision GpuPrecision { get; init; }

    public required int Seed { get; init; }

    public required int Threads { get; init; }

    public required int MaxTokens { get; init; }

    public required bool Int8 { get; init; }

    public required FileInfo? Json { get; init; }
}
