namespace Microsoft.ML.Lora.Models;

/// <summary>Which matrices carry a low-rank update s · B A, and its size.</summary>
internal sealed record AdapterPlan
{
    private static readonly LoraTargets[] SingleTargets =
    [
        LoraTargets.Query, LoraTargets.Key, LoraTargets.Value,
        LoraTargets.AttentionOutput, LoraTargets.FeedForwardIn, LoraTargets.FeedForwardOut,
    ];

    /// <summary>The adapted matrices of every adapted layer.</summary>
    public required LoraTargets Targets { get; init; }

    /// <summary>How many layers are adapted, counted from the top; <see langword="null"/> for all.</summary>
    public int? TopLayers { get; init; }

    /// <summary>r: rows of A (rank, in) and columns of B (out, rank).</summary>
    public required int Rank { get; init; }

    /// <summary>s, as <see cref="ScalingOf"/> gives it.</summary>
    public required float Scaling { get; init; }

    /// <summary>Share of the adapter's inputs set to zero while training, the rest scaled up; 0 for none.</summary>
    public required float Dropout { get; init; }

    /// <summary>s = lora_alpha / r, or lora_alpha / √r where rank-stabilised (rsLoRA, arXiv 2312.03732).</summary>
    public static float ScalingOf(float alpha, int rank, bool rankStabilized) => alpha / (rankStabilized ? MathF.Sqrt(rank) : rank);

    /// <summary>The lowest layer that is adapted: nothing below it changes in training. The number of layers, if none is adapted.</summary>
    /// <param name="layers">Number of the encoder's layers.</param>
    public int FirstLayer(int layers) => Targets == LoraTargets.None ? layers : layers - (TopLayers ?? layers);

    /// <summary>Whether a matrix carries an update.</summary>
    /// <param name="layer">Its layer.</param>
    /// <param name="target">Which of the layer's matrices it is.</param>
    /// <param name="layers">Number of the encoder's layers.</param>
    public bool Adapts(int layer, LoraTargets target, int layers) => layer >= FirstLayer(layers) && Targets.HasFlag(target);

    /// <summary>The adapted matrices of a layer one by one, in the order of <see cref="LoraTargets"/>'s values.</summary>
    public IEnumerable<LoraTargets> EachTarget() => SingleTargets.Where(target => Targets.HasFlag(target));
}
