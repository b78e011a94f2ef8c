using System.Text.Json;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>What came of one cell.</summary>
internal sealed record RateResult
{
    private static readonly JsonSerializerOptions Layout = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
    };

    /// <summary>What was trained.</summary>
    public required RateCell Cell { get; init; }

    /// <summary>The rule's own description.</summary>
    public required string Description { get; init; }

    /// <summary>Whether loss, gradients or rates stopped being finite; then nothing was measured.</summary>
    public required bool Diverged { get; init; }

    /// <summary>What was told of that; <see langword="null"/> where training came to its end.</summary>
    public string? Failure { get; init; }

    /// <summary>Figures on the part of train that settings are chosen by.</summary>
    public required ValidationMetrics? Validation { get; init; }

    /// <summary>Figures on dev.</summary>
    public required ValidationMetrics? Dev { get; init; }

    /// <summary>Steps taken.</summary>
    public required int Steps { get; init; }

    /// <summary>Time they took on one thread.</summary>
    public required double Seconds { get; init; }

    /// <summary>Mean loss of the last tenth of the steps.</summary>
    public required double LastLoss { get; init; }

    /// <summary>The rates over training, at some twenty steps.</summary>
    public required IReadOnlyList<RatePoint> Rates { get; init; }

    /// <summary>Whether the training came to nothing: it diverged, or decides hardly better than by chance.</summary>
    public bool Failed => Diverged || Validation is not { MatthewsCorrelation: > 0.1 };

    /// <summary>Reads a finished cell.</summary>
    public static RateResult Read(string path) => JsonSerializer.Deserialize<RateResult>(File.ReadAllBytes(path), Layout)
        ?? throw new InvalidDataException($"{path} holds no result.");

    /// <summary>Writes it whole or not at all, so that what exists is finished.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Layout));
}
