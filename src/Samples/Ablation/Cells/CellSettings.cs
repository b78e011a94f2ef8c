using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ablation.Methods;
using Microsoft.ML.Lora;

namespace Ablation.Cells;

/// <summary>All that decides the figures of a cell. Two cells with equal settings are the same cell.</summary>
internal sealed record CellSettings
{
    /// <summary>Raised when what a cell's file holds changes, so that older files are not taken for finished cells.</summary>
    private const int Format = 1;

    private const int KeyDigits = 12;

    /// <summary>Name of the <see cref="Methods.Method"/>.</summary>
    public required string Method { get; init; }

    /// <summary>r and lora_alpha; <see langword="null"/> where nothing of low rank is trained, as every setting is that a method does not use.</summary>
    public required int? Rank { get; init; }

    public required float? Alpha { get; init; }

    /// <summary>Trained layers, counted from the top.</summary>
    public required int? Layers { get; init; }

    public required int? Bottleneck { get; init; }

    /// <summary>The rule for the learning rates, with its constants.</summary>
    public required string Rates { get; init; }

    public required string Score { get; init; }

    /// <summary>Of initial weights and data order. The order does not depend on the method.</summary>
    public required int Seed { get; init; }

    public required int Epochs { get; init; }

    public required int Batch { get; init; }

    public required int MaxTokens { get; init; }

    /// <summary>The encoder's name and, where it is a folder, a digest of its files.</summary>
    public required string Encoder { get; init; }

    /// <summary>A digest of the pairs.</summary>
    public required string Data { get; init; }

    /// <summary>Threads of the training: they decide its speed.</summary>
    public required int Threads { get; init; }

    /// <summary>The settings of a cell.</summary>
    /// <param name="settings">What the command line asked for.</param>
    /// <param name="method">The row.</param>
    /// <param name="rank">r, for methods that have a rank.</param>
    /// <param name="seed">Of initial weights and data order.</param>
    /// <param name="encoder">The encoder's identity.</param>
    /// <param name="data">A digest of the pairs.</param>
    public static CellSettings Of(Settings settings, Method method, int rank, int seed, string encoder, string data) => new()
    {
        Method = method.Name,
        Rank = method.HasRank ? rank : null,
        Alpha = method.HasRank ? rank * settings.AlphaPerRank : null,
        Layers = method.Adaptation == AdaptationMethod.LastLayers ? settings.Layers : null,
        Bottleneck = method.Adaptation is AdaptationMethod.AdapterH or AdaptationMethod.AdapterL ? settings.Bottleneck : null,
        Rates = settings.RulesOf(method).Description,
        Score = $"{method.Score.Form}",
        Seed = seed,
        Epochs = settings.Epochs,
        Batch = settings.Batch,
        MaxTokens = settings.MaxTokens,
        Encoder = encoder,
        Data = data,
        Threads = settings.Threads,
    };

    /// <summary>The name of the cell's file, without an extension: what it is, for people, and a digest of all settings.</summary>
    public string Key()
    {
        byte[] text = Encoding.UTF8.GetBytes($"{Format}\n{JsonSerializer.Serialize(this, CellJson.Compact)}");
        string digest = Convert.ToHexStringLower(SHA256.HashData(text))[..KeyDigits];
        return $"{Method}{(Rank is { } rank ? $"-r{rank}" : "")}-s{Seed}-{digest}";
    }
}
