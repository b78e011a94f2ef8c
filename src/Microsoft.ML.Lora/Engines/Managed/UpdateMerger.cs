using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Adds low-rank updates to the weights they lie on: W = W₀ + s · B A.</summary>
internal static class UpdateMerger
{
    /// <summary>
    /// An encoder that computes without updates what <paramref name="encoder"/> computes with them. Only adapted matrices are copied.
    /// </summary>
    /// <param name="encoder">The frozen weights. Not changed.</param>
    /// <param name="plan">The updates.</param>
    /// <param name="layout">Where their factors lie.</param>
    /// <param name="trained">The flat buffer that they lie in.</param>
    public static EncoderWeights Merge(EncoderWeights encoder, AdapterPlan plan, TrainedLayout layout, Memory<float> trained)
    {
        Affine Merged(int layer, LoraTargets target, Affine frozen) => plan.Adapts(layer, target, encoder.Layers.Count)
            ? frozen with
            {
                Weight = Add(
                    frozen.Weight,
                    layout[TrainedNames.FactorA(layer, target)].In(trained).Span,
                    layout[TrainedNames.FactorB(layer, target)].In(trained).Span,
                    plan),
            }
            : frozen;

        return encoder with
        {
            Layers = [.. encoder.Layers.Select((weights, layer) => weights with
            {
                Query = Merged(layer, LoraTargets.Query, weights.Query),
                Key = Merged(layer, LoraTargets.Key, weights.Key),
                Value = Merged(layer, LoraTargets.Value, weights.Value),
                AttentionOutput = Merged(layer, LoraTargets.AttentionOutput, weights.AttentionOutput),
                FeedForwardIn = Merged(layer, LoraTargets.FeedForwardIn, weights.FeedForwardIn),
                FeedForwardOut = Merged(layer, LoraTargets.FeedForwardOut, weights.FeedForwardOut),
            })],
        };
    }

    /// <param name="frozen">W₀, (out, in).</param>
    /// <param name="a">A, (rank, in).</param>
    /// <param name="b">B, (out, rank).</param>
    /// <param name="plan">Rank and s.</param>
    private static Matrix Add(Matrix frozen, ReadOnlySpan<float> a, ReadOnlySpan<float> b, AdapterPlan plan)
    {
        float[] merged = [.. frozen.Values];
        float[] scaled = [.. b];
        foreach (ref float value in scaled.AsSpan())
        {
            value *= plan.Scaling;
        }

        ThinProduct.GradDownAdd(scaled, frozen.Rows, plan.Rank, a, frozen.Columns, merged, frozen.Columns);
        return new Matrix(frozen.Rows, frozen.Columns, merged);
    }
}
