using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Models;

/// <summary>An encoder's own weights under the names of <see cref="TrainedNames"/>: where those that are trained themselves start from.</summary>
internal static class EncoderTensors
{
    /// <summary>All of the encoder's weights by name, those that are vectors as one row.</summary>
    public static IReadOnlyDictionary<string, Matrix> ByName(EncoderWeights encoder)
    {
        var named = new Dictionary<string, Matrix>
        {
            [TrainedNames.Weight(TrainedNames.Words)] = encoder.Embeddings.Words,
            [TrainedNames.Weight(TrainedNames.Positions)] = encoder.Embeddings.Positions,
        };
        if (encoder.Embeddings.Segments is { } segments)
        {
            named.Add(TrainedNames.Weight(TrainedNames.Segments), segments);
        }

        Add(named, TrainedNames.EmbeddingNorm, encoder.Embeddings.Norm);
        for (int layer = 0; layer < encoder.Layers.Count; layer++)
        {
            foreach (LoraTargets target in AdapterPlan.AllTargets)
            {
                Add(named, TrainedNames.Module(layer, target), encoder.Layers[layer][target]);
            }

            Add(named, TrainedNames.AttentionNorm(layer), encoder.Layers[layer].AttentionNorm);
            Add(named, TrainedNames.OutputNorm(layer), encoder.Layers[layer].OutputNorm);
        }

        if (encoder.Pooler is { } pooler)
        {
            named.Add(TrainedNames.PoolerWeight, pooler.Weight);
            named.Add(TrainedNames.PoolerBias, Row(pooler.Bias));
        }

        return named;
    }

    private static void Add(Dictionary<string, Matrix> named, string module, Affine map)
    {
        named.Add(TrainedNames.Weight(module), map.Weight);
        named.Add(TrainedNames.Bias(module), Row(map.Bias));
    }

    private static Matrix Row(float[] values) => new(1, values.Length, values);

    private static void Add(Dictionary<string, Matrix> named, string module, Normalization norm)
    {
        named.Add(TrainedNames.Weight(module), Row(norm.Gain));
        named.Add(TrainedNames.Bias(module), Row(norm.Bias));
    }
}
