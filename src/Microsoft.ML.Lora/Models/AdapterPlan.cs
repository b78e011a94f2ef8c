namespace Microsoft.ML.Lora.Models;

/// <summary>What of the encoder is trained, and how: which matrices carry a low-rank update s · B A, or another method's part and size.</summary>
internal sealed record AdapterPlan
{
    /// <summary>The largest rank.</summary>
    public const int MostRank = 1024;

    /// <summary>The largest width of a bottleneck.</summary>
    public const int MostBottleneckSize = 1024;

    /// <summary>The matrices of a layer one by one, in the order of <see cref="LoraTargets"/>'s values.</summary>
    public static IReadOnlyList<LoraTargets> AllTargets { get; } =
    [
        LoraTargets.Query, LoraTargets.Key, LoraTargets.Value,
        LoraTargets.AttentionOutput, LoraTargets.FeedForwardIn, LoraTargets.FeedForwardOut,
    ];

    private static readonly BottleneckPlace[] PlacesOfAdapterH = [BottleneckPlace.AttentionOutput, BottleneckPlace.FeedForwardOut];
    private static readonly BottleneckPlace[] PlacesOfAdapterL = [BottleneckPlace.LayerOutput];

    /// <summary>How the encoder is adapted; targets, rank, scaling and dropout belong to low-rank updates alone.</summary>
    public AdaptationMethod Method { get; init; } = AdaptationMethod.LowRank;

    /// <summary>The adapted matrices of every adapted layer; none where <see cref="Method"/> is another than low-rank updates.</summary>
    public required LoraTargets Targets { get; init; }

    /// <summary>How many layers are adapted, counted from the top; <see langword="null"/> for all.</summary>
    public int? TopLayers { get; init; }

    /// <summary>r: rows of A (rank, in) and columns of B (out, rank).</summary>
    public required int Rank { get; init; }

    /// <summary>The rank of the updates that there are: 0 for none.</summary>
    public int UpdateRank => Targets == LoraTargets.None ? 0 : Rank;

    /// <summary>s, as <see cref="ScalingOf"/> gives it.</summary>
    public required float Scaling { get; init; }

    /// <summary>Share of the adapter's inputs set to zero while training, the rest scaled up; 0 for none.</summary>
    public required float Dropout { get; init; }

    /// <summary>m, the width of the bottlenecks where <see cref="Method"/> has any.</summary>
    public int BottleneckSize { get; init; } = 1;

    /// <summary>Whether anything of the encoder is trained; if not, it is the head alone.</summary>
    public bool TrainsEncoder => Method != AdaptationMethod.LowRank || Targets != LoraTargets.None;

    /// <summary>Whether the embedding tables are trained, and their normalisation.</summary>
    public bool TrainsEmbeddings => Method == AdaptationMethod.FullFineTuning;

    /// <summary>Whether the matrices and biases of adapted layers are trained themselves.</summary>
    public bool TrainsMatrices => Method is AdaptationMethod.FullFineTuning or AdaptationMethod.LastLayers;

    /// <summary>Whether gains and biases of the adapted layers' normalisations are trained.</summary>
    public bool TrainsNorms => TrainsMatrices || Method == AdaptationMethod.AdapterH;

    /// <summary>Where adapted layers have a bottleneck, from the bottom up.</summary>
    public ReadOnlySpan<BottleneckPlace> Bottlenecks => Method switch
    {
        AdaptationMethod.AdapterH => PlacesOfAdapterH,
        AdaptationMethod.AdapterL => PlacesOfAdapterL,
        _ => [],
    };

    /// <summary>The same without anything that is trained in the encoder.</summary>
    public AdapterPlan ToFrozen() => this with { Method = AdaptationMethod.LowRank, Targets = LoraTargets.None };

    /// <summary>s = lora_alpha / r, or lora_alpha / √r where rank-stabilised (rsLoRA, arXiv 2312.03732).</summary>
    public static float ScalingOf(float alpha, int rank, bool rankStabilized) => alpha / (rankStabilized ? MathF.Sqrt(rank) : rank);

    /// <summary>The lowest layer that is adapted: nothing below it changes in training. The number of layers, if none is adapted.</summary>
    /// <param name="layers">Number of the encoder's layers.</param>
    public int FirstLayer(int layers) => TrainsEncoder ? layers - (TopLayers ?? layers) : layers;

    /// <summary>Whether a matrix carries an update.</summary>
    /// <param name="layer">Its layer.</param>
    /// <param name="target">Which of the layer's matrices it is.</param>
    /// <param name="layers">Number of the encoder's layers.</param>
    public bool Adapts(int layer, LoraTargets target, int layers) => layer >= FirstLayer(layers) && Targets.HasFlag(target);

    /// <summary>The adapted matrices of a layer one by one, in the order of <see cref="LoraTargets"/>'s values.</summary>
    public IEnumerable<LoraTargets> EachTarget() => AllTargets.Where(target => Targets.HasFlag(target));
}
