using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Makes the parts of one layer: its matrices packed, and joined with what a plan puts on them.</summary>
internal sealed class LayerAdapter
{
    private readonly LayerWeights _weights;
    private readonly ParameterSource _parameters;
    private readonly List<IPackedWeights> _packed = [];
    private readonly AdapterPlan _plan;
    private readonly TrainedLayout _layout;
    private readonly Memory<float> _trained;
    private readonly int _layer;
    private readonly int _layers;
    private readonly ScoringPrecision _precision;

    /// <param name="encoder">The frozen weights.</param>
    /// <param name="layer">Number of the layer.</param>
    /// <param name="plan">The updates.</param>
    /// <param name="layout">Where the updates' factors lie.</param>
    /// <param name="trained">The flat buffer that they lie in.</param>
    /// <param name="reach">How far down into this layer gradients go.</param>
    /// <param name="precision">What the forward pass computes in, except head by head.</param>
    public LayerAdapter(
        EncoderWeights encoder, int layer, AdapterPlan plan, TrainedLayout layout, Memory<float> trained, GradientReach reach,
        ScoringPrecision precision)
    {
        _weights = encoder.Layers[layer];
        _parameters = new ParameterSource(layout, trained, encoder.Shape);
        _layers = encoder.Layers.Count;
        _plan = plan;
        _layout = layout;
        _trained = trained;
        _layer = layer;
        _precision = precision;
        Reach = reach;
    }

    /// <summary>How far down into this layer gradients go.</summary>
    public GradientReach Reach { get; }

    /// <summary>The packed weights of all parts made so far that are trained, and so must be packed anew after every step.</summary>
    public IEnumerable<IPackedWeights> TrainedPacks => _packed.Where(weights => weights.IsTrained);

    /// <summary>The normalisation behind attention.</summary>
    public Normalizer AttentionNorm => _parameters.Normalizer(TrainedNames.AttentionNorm(_layer), _weights.AttentionNorm);

    /// <summary>The normalisation behind the feed-forward block.</summary>
    public Normalizer OutputNorm => _parameters.Normalizer(TrainedNames.OutputNorm(_layer), _weights.OutputNorm);

    /// <summary>Some matrices with one input as one product.</summary>
    /// <param name="outputs">
    /// The reach that ends at these matrices' outputs: only if gradients go further is the backward product prepared.
    /// </param>
    /// <param name="targets">The matrices, in the order of their outputs.</param>
    public AdaptedAffine Adapt(GradientReach outputs, params ReadOnlySpan<LoraTargets> targets)
    {
        var maps = new AffineParameters[targets.Length];
        var updates = new List<LowRankUpdate>();
        int column = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            maps[i] = Parameters(targets[i]);
            if (_plan.Adapts(_layer, targets[i], _layers))
            {
                updates.Add(Update(targets[i], column));
            }

            column += maps[i].Out;
        }

        var packed = new PackedAffine(maps, Reach > outputs, _precision);
        _packed.Add(packed);
        return new AdaptedAffine(packed, [.. updates]);
    }

    /// <summary>A projection head by head, with its update if it has one.</summary>
    /// <param name="target">The projection.</param>
    /// <param name="heads">A.</param>
    /// <param name="spreadsForward">Whether the forward pass spreads and the backward pass gathers, or the other way round.</param>
    public (HeadwiseAffine Map, LowRankUpdate? Update) AdaptHeads(LoraTargets target, int heads, bool spreadsForward)
    {
        bool backward = Reach >= GradientReach.Attention;
        var map = new HeadwiseAffine(
            Parameters(target), heads, spreads: spreadsForward || backward, gathers: !spreadsForward || backward);
        _packed.Add(map);
        return (map, _plan.Adapts(_layer, target, _layers) ? Update(target, 0) : null);
    }

    /// <summary>The bottleneck at one place of the layer, or <see langword="null"/> if the plan puts none there.</summary>
    public Bottleneck? BottleneckAt(BottleneckPlace place)
    {
        if (_layer < _plan.FirstLayer(_layers) || !_plan.Bottlenecks.Contains(place))
        {
            return null;
        }

        bool onLayer = place == BottleneckPlace.LayerOutput;
        return new Bottleneck(
            _parameters.Dense(TrainedNames.BottleneckDown(_layer, place)),
            _parameters.Dense(TrainedNames.BottleneckUp(_layer, place)),
            onLayer ? Activation.Relu : Activation.Gelu,
            onLayer ? _parameters.Normalizer(TrainedNames.BottleneckNorm(_layer, place)) : null);
    }

    private AffineParameters Parameters(LoraTargets target) => _parameters.Affine(TrainedNames.Module(_layer, target), _weights[target]);

    private LowRankUpdate Update(LoraTargets target, int column)
    {
        LoraTargets[] targets = [.. _plan.EachTarget()];
        int slot = (_layer - _plan.FirstLayer(_layers)) * targets.Length + Array.IndexOf(targets, target);
        return new LowRankUpdate(
            _layout[TrainedNames.FactorA(_layer, target)],
            _layout[TrainedNames.FactorB(_layer, target)],
            _trained,
            _plan.Scaling,
            _plan.Dropout,
            slot,
            column);
    }
}
