namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>One training of the grid.</summary>
internal sealed record RateCell
{
    /// <summary>mini, small, or a checkpoint folder.</summary>
    public required string Encoder { get; init; }

    /// <summary>r.</summary>
    public required int Rank { get; init; }

    /// <summary>lora_alpha in multiples of r, which is s.</summary>
    public required double AlphaMultiple { get; init; }

    /// <summary>The rule, as <see cref="RuleText"/> reads it.</summary>
    public required string Rule { get; init; }

    /// <summary>What makes directions of gradients.</summary>
    public required BaseOptimizer Optimizer { get; init; }

    /// <summary>Of initial weights and order of the pairs: the same order for all cells of a seed.</summary>
    public required int Seed { get; init; }

    /// <summary>The norm that gradients are clipped at; <see langword="null"/> for no clipping.</summary>
    public required double? Clip { get; init; }

    /// <summary>The name of its result, without an extension: what tells it from others, in letters fit for a file.</summary>
    public string Name => string.Join('-', Parts()).Replace(':', '_').Replace('/', '_').Replace(',', '+');

    /// <summary>What has its own choice of a rate: everything but rule and seed.</summary>
    public string Setting => string.Join(
        ", ", new[] { Encoder, $"r {Rank}", $"alpha {AlphaMultiple}r", Optimizer == BaseOptimizer.AdamW ? "" : $"{Optimizer}", Clip is { } clip ? $"clip {clip}" : "" }
            .Where(part => part.Length > 0));

    private IEnumerable<string> Parts()
    {
        yield return Encoder;
        yield return $"r{Rank}";
        yield return $"a{AlphaMultiple}";
        yield return Rule;
        if (Optimizer != BaseOptimizer.AdamW) yield return $"{Optimizer}";
        if (Clip is { } clip) yield return $"clip{clip}";
        yield return $"s{Seed}";
    }
}
