using Microsoft.ML.Lora.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch.nn.functional;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Encoder and head as calls of the device library. N tokens of n sequences, H hidden. Each layer's own intermediate values are let go as soon
/// as it is done, as far as no gradient needs them.
/// </summary>
internal sealed class Network(EncoderShape shape, TrainablePlan plan)
{
    private readonly long[] _hidden = [shape.Hidden];
    private readonly Attention _attention = new(shape);

    /// <summary>The logits, (n, classes), in 32 bits and in the batch's order.</summary>
    /// <param name="weights">What to compute with.</param>
    /// <param name="batch">The sequences.</param>
    /// <param name="dropout">Dropout before low-rank updates that are not merged; <see langword="null"/> for none.</param>
    public Tensor Logits(PassWeights weights, TokenBatch batch, InputDropout? dropout = null) =>
        HeadPass.Logits(weights, LastLayer(weights, BelowLast(weights, batch, dropout), batch, dropout));

    /// <summary>The logits, and besides what goes into the last layer, (N, H).</summary>
    /// <param name="weights">What to compute with.</param>
    /// <param name="batch">The sequences.</param>
    public (Tensor Logits, Tensor Tokens) Everything(PassWeights weights, TokenBatch batch)
    {
        Tensor tokens = BelowLast(weights, batch, null);
        return (HeadPass.Logits(weights, LastLayer(weights, tokens, batch, null)), tokens);
    }

    /// <summary>The embeddings and all layers but the last, (N, H).</summary>
    private Tensor BelowLast(PassWeights weights, TokenBatch batch, InputDropout? dropout)
    {
        Tensor hidden = InScope(() => Embed(weights, batch));
        foreach (LayerTensors layer in weights.Layers[..^1])
        {
            Tensor input = hidden;
            hidden = InScope(() => Layer(layer, input, batch, firstOnly: false, dropout));
        }

        return hidden;
    }

    /// <summary>The last layer's output for the first token of each sequence, (n, H).</summary>
    private Tensor LastLayer(PassWeights weights, Tensor input, TokenBatch batch, InputDropout? dropout) =>
        InScope(() => Layer(weights.Layers[^1], input, batch, firstOnly: true, dropout));

    private Tensor Embed(PassWeights weights, TokenBatch batch)
    {
        Tensor sum = weights.Words.index_select(0, batch.TokenIds).add(weights.Positions.index_select(0, batch.PositionIds));
        if (weights.Segments is { } segments)
        {
            sum = sum.add(segments.index_select(0, batch.SegmentIds));
        }

        return Normalize(sum, weights.EmbeddingNorm);
    }

    private Tensor Layer(LayerTensors layer, Tensor input, TokenBatch batch, bool firstOnly, InputDropout? dropout)
    {
        (Tensor context, Tensor residual) = firstOnly && layer.Updates.Count == 0
            ? _attention.OfFirstTokens(layer.Projections, input, batch)
            : (_attention.OfAllTokens(Project(layer, input, dropout), batch), input);
        if (firstOnly && layer.Updates.Count > 0)
        {
            (context, residual) = (context.index_select(0, batch.FirstRows), residual.index_select(0, batch.FirstRows));
        }

        Tensor attended = Narrowed(layer, BottleneckPlace.AttentionOutput, Affine(layer, LoraTargets.AttentionOutput, layer.AttentionOutput, context, dropout));
        Tensor middle = Normalize(attended.add(residual), layer.AttentionNorm);
        Tensor inner = Activate(Affine(layer, LoraTargets.FeedForwardIn, layer.FeedForwardIn, middle, dropout), shape.Activation);
        Tensor outer = Narrowed(layer, BottleneckPlace.FeedForwardOut, Affine(layer, LoraTargets.FeedForwardOut, layer.FeedForwardOut, inner, dropout));
        return Narrowed(layer, BottleneckPlace.LayerOutput, Normalize(outer.add(middle), layer.OutputNorm));
    }

    /// <summary>Query, key and value of all tokens, (N, 3H).</summary>
    private Tensor Project(LayerTensors layer, Tensor input, InputDropout? dropout)
    {
        Tensor projected = linear(input, layer.Projections.Weight, layer.Projections.Bias);
        LoraTargets[] targets = [LoraTargets.Query, LoraTargets.Key, LoraTargets.Value];
        return targets.Any(layer.Updates.ContainsKey)
            ? projected.add(torch.cat([.. targets.Select(target => Update(layer, target, input, dropout) ?? torch.zeros_like(input))], 1))
            : projected;
    }

    private Tensor Affine(LayerTensors layer, LoraTargets target, TensorMap map, Tensor input, InputDropout? dropout)
    {
        Tensor output = linear(input, map.Weight, map.Bias);
        return Update(layer, target, input, dropout) is { } update ? output.add(update) : output;
    }

    /// <summary>s · B A d(x), or <see langword="null"/> where the matrix carries no update that is not merged.</summary>
    private Tensor? Update(LayerTensors layer, LoraTargets target, Tensor input, InputDropout? dropout) =>
        layer.Updates.TryGetValue(target, out FactorPair? factors)
            ? linear(linear(dropout?.Apply(input) ?? input, factors.A), factors.B).mul(plan.Adapter.Scaling)
            : null;

    private Tensor Narrowed(LayerTensors layer, BottleneckPlace place, Tensor hidden)
    {
        if (!layer.Bottlenecks.TryGetValue(place, out BottleneckTensors? bottleneck))
        {
            return hidden;
        }

        Tensor input = bottleneck.Norm is { } norm ? Normalize(hidden, norm) : hidden;
        Tensor narrow = Activate(
            linear(input, bottleneck.Down.Weight, bottleneck.Down.Bias), place == BottleneckPlace.LayerOutput ? Activation.Relu : Activation.Gelu);
        return hidden.add(linear(narrow, bottleneck.Up.Weight, bottleneck.Up.Bias));
    }

    private Tensor Normalize(Tensor x, TensorMap norm) => layer_norm(x, _hidden, norm.Weight, norm.Bias, shape.NormEpsilon);

    private static Tensor Activate(Tensor x, Activation activation) => activation switch
    {
        Activation.Gelu => gelu(x),
        Activation.GeluTanh => gelu(x, GELU.Approximate.tanh),
        Activation.Relu => x.relu(),
        _ => throw new InvalidOperationException($"The activation {activation} was let through, but is not computed here."),
    };

    private static Tensor InScope(Func<Tensor> compute)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return compute().MoveToOuterDisposeScope();
    }
}
