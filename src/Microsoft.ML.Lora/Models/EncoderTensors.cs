namespace Microsoft.ML.Lora.Models;

/// <summary>An encoder's own weights under the names of <see cref="TrainedNames"/>: where those that are trained themselves start from.</summary>
internal static class EncoderTensors
{
    /// <summary>All of the encoder's weights by name.</summary>
    public static IReadOnlyDictionary<string, float[]> ByName(EncoderWeights encoder)
    {
        var named = new Dictionary<string, float[]>
        {
            [TrainedNames.Weight(TrainedNames.Words)] = encoder.Embeddings.Words.Values,
            [TrainedNames.Weight(TrainedNames.Positions)] = encoder.Embeddings.Positions.Values,
        };
        if (encoder.Embeddings.Segments is { } segments)
        {
            named.Add(TrainedNames.Weight(TrainedNames.Segments), segments.Values);
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
            named.Add(TrainedNames.PoolerWeight, pooler.Weight.Values);
            named.Add(TrainedNames.PoolerBias, pooler.Bias);
        }

        return named;
    }

    private static void Add(Dictionary<string, float[]> named, string module, Affine map)
    {
        named.Add(TrainedNames.Weight(module), map.Weight.Values);
        named.Add(TrainedNames.Bias(module), map.Bias);
    }

    private static void Add(Dictionary<string, float[]> named, string module, Normalization norm)
    {
        named.Add(TrainedNames.Weight(module), norm.Gain);
        named.Add(TrainedNames.Bias(module), norm.Bias);
    }
}
