using System.Text.Json;
using Microsoft.ML.Lora;
using SampleConsole;

namespace QuestionPairs;

/// <summary>The figures of one run, as they are written to JSON.</summary>
internal sealed record Figures
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public required double Accuracy { get; init; }

    /// <summary>F1 of the positive class.</summary>
    public required double F1 { get; init; }

    public required double MacroF1 { get; init; }

    public required double WeightedF1 { get; init; }

    public required double Mcc { get; init; }

    /// <summary>Mean cross-entropy in nats.</summary>
    public required double LogLoss { get; init; }

    public required double AreaUnderRocCurve { get; init; }

    public required long TrainedParameters { get; init; }

    /// <summary>Over the training loop alone.</summary>
    public required double TrainPairsPerSecond { get; init; }

    /// <summary>Reading and tokenizing included.</summary>
    public required double ScorePairsPerSecond { get; init; }

    /// <summary>Of the same model with its weights as bytes, where that was asked for.</summary>
    public required double? Int8Accuracy { get; init; }

    /// <summary>Likewise.</summary>
    public required double? Int8ScorePairsPerSecond { get; init; }

    public required double TokenizationSeconds { get; init; }

    /// <summary>Peak resident memory of the process.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>From the start to the figures.</summary>
    public required double Seconds { get; init; }

    public required string Encoder { get; init; }

    public required string Adaptation { get; init; }

    /// <summary>Adapted layers, counted from the top; nothing for all.</summary>
    public required int? Layers { get; init; }

    /// <summary>Meaningful with low-rank updates, as <see cref="Alpha"/> is.</summary>
    public required int Rank { get; init; }

    public required double Alpha { get; init; }

    public required int Epochs { get; init; }

    public required int Batch { get; init; }

    /// <summary>The rule that decided the learning rates, with its constants.</summary>
    public required string Rates { get; init; }

    public required int Seed { get; init; }

    public required int Threads { get; init; }

    public required int MaxTokens { get; init; }

    /// <summary>The device that was asked for.</summary>
    public required string Device { get; init; }

    /// <summary>What a GPU computes in.</summary>
    public required string GpuPrecision { get; init; }

    /// <summary>Puts the figures of one run together.</summary>
    public static Figures Of(Settings settings, Measured measured, Measured? int8, TimeSpan elapsed) => new()
    {
        Accuracy = measured.Metrics.Accuracy,
        F1 = measured.Metrics.F1Score,
        MacroF1 = measured.Metrics.MacroF1Score(),
        WeightedF1 = measured.Metrics.WeightedF1Score(),
        Mcc = measured.Metrics.MatthewsCorrelation(),
        LogLoss = measured.LogLoss,
        AreaUnderRocCurve = measured.Metrics.AreaUnderRocCurve,
        TrainedParameters = measured.Summary.TrainedParameters,
        TrainPairsPerSecond = measured.Summary.PairsPerSecond,
        ScorePairsPerSecond = measured.ScoredPairsPerSecond,
        Int8Accuracy = int8?.Metrics.Accuracy,
        Int8ScorePairsPerSecond = int8?.ScoredPairsPerSecond,
        TokenizationSeconds = measured.Summary.TokenizationTime.TotalSeconds,
        PeakBytes = measured.PeakBytes,
        Seconds = elapsed.TotalSeconds,
        Encoder = settings.Encoder,
        Adaptation = settings.Adaptation.ToString(),
        Layers = settings.Layers,
        Rank = settings.Rank,
        Alpha = settings.Alpha,
        Epochs = settings.Epochs,
        Batch = settings.Batch,
        Rates = measured.Summary.Rates,
        Seed = settings.Seed,
        Threads = settings.Threads,
        MaxTokens = settings.MaxTokens,
        Device = settings.Device.ToString(),
        GpuPrecision = settings.GpuPrecision.ToString(),
    };

    /// <summary>Writes the figures.</summary>
    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Format) + "\n");
}
