using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Packs one layer's matrices, and joins them with the updates that a plan puts on them.</summary>
internal sealed class LayerAdapter
{
    private readonly LayerWeights _weights;
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

    /// <summary>Some matrices with one input as one product.</summary>
    /// <param name="outputs">
    /// The reach that ends at these matrices' outputs: only if gradients go further is the backward product prepared.
    /// </param>
    /// <param name="targets">The matrices, in the order of their outputs.</param>
    public AdaptedAffine Adapt(GradientReach outputs, params ReadOnlySpan<LoraTargets> targets)
    {
        var maps = new Affine[targets.Length];
        var updates = new List<LowRankUpdate>();
        int column = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            maps[i] = _weights[targets[i]];
            if (_plan.Adapts(_layer, targets[i], _layers))
            {
                updates.Add(Update(targets[i], column));
            }

            column += maps[i].Out;
        }

        return new AdaptedAffine(new PackedAffine(maps, Reach > outputs, _precision), [.. updates]);
    }

    /// <summary>A projection head by head, with its update if it has one.</summary>
    /// <param name="target">The projection.</param>
    /// <param name="heads">A.</param>
    /// <param name="spreadsForward">Whether the forward pass spreads and the backward pass gathers, or the other way round.</param>
    public (HeadwiseAffine Frozen, LowRankUpdate? Update) AdaptHeads(LoraTargets target, int heads, bool spreadsForward)
    {
        bool backward = Reach >= GradientReach.Attention;
        var frozen = new HeadwiseAffine(
            _weights[target], heads, spreads: spreadsForward || backward, gathers: !spreadsForward || backward);
        return (frozen, _plan.Adapts(_layer, target, _layers) ? Update(target, 0) : null);
    }

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
