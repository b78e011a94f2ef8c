namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>Which cells a grid has.</summary>
internal static class RateSweep
{
    private static readonly string[] Mini = ["mini"];
    private static readonly string[] PlainAndAdaptive = ["equal", "adaptive"];
    private static readonly int[] Ranks = [1, 8, 64];

    /// <summary>
    /// The grid, or a part of it. main: mini at alpha 2r with every rule; alphas: mini at 1r and 4r, and small: small at rank 8 and 2r,
    /// both with plain LoRA and the adaptive rule alone.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such part.</exception>
    public static IEnumerable<RateCell> Named(string name) => name switch
    {
        "issue" => [.. Named("main"), .. Named("alphas"), .. Named("small")],
        "main" => Cross(Mini, Ranks, [2], ["equal", "ratio", "balanced", "adaptive", "riemannian", "fitted:540"]),
        "alphas" => Cross(Mini, Ranks, [1, 4], PlainAndAdaptive),
        "small" => Cross(["small"], [8], [2], PlainAndAdaptive),
        _ => throw new ArgumentException($"'{name}' is no grid; there are issue, main, alphas and small."),
    };

    /// <summary>Every combination, seed and optimizer left open.</summary>
    public static IEnumerable<RateCell> Cross(string[] encoders, int[] ranks, double[] alphas, string[] rules) =>
        from encoder in encoders
        from rank in ranks
        from alpha in alphas
        from word in rules
        from rule in RuleText.Expand(word)
        select new RateCell { Encoder = encoder, Rank = rank, AlphaMultiple = alpha, Rule = rule, Optimizer = default, Seed = 0, Clip = null };

    /// <summary>Each cell with every optimizer, seed and clipping, each once. Rules are read, so that a wrong one is told of before anything runs.</summary>
    /// <exception cref="ArgumentException">A rule cannot be read.</exception>
    public static IReadOnlyList<RateCell> Spread(IEnumerable<RateCell> cells, BaseOptimizer[] optimizers, int[] seeds, double[] clips)
    {
        RateCell[] spread =
        [
            .. (from cell in cells
                from optimizer in optimizers
                from clip in clips
                from seed in seeds
                select cell with { Optimizer = optimizer, Clip = clip == 0 ? null : clip, Seed = seed }).Distinct(),
        ];
        foreach (string rule in spread.Select(cell => cell.Rule).Distinct())
        {
            RuleText.Parse(rule);
        }

        return spread;
    }
}
