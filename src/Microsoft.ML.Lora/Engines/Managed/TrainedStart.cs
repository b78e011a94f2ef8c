using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// Where training starts. A: uniform in ±1/√in, which is Kaiming's rule with a = √5 as PEFT applies it; B and biases: zero, so that the
/// first step sees the pretrained encoder; head weights: normal with deviation 0.02, as BERT's own; a trained pooler: the checkpoint's.
/// </summary>
internal static class TrainedStart
{
    /// <summary>BERT's <c>initializer_range</c>.</summary>
    private const double HeadDeviation = 0.02;

    /// <summary>
    /// Fills a flat buffer. Every tensor draws from a stream of its own, so its start does not depend on what else is trained.
    /// </summary>
    public static void Fill(TrainedLayout layout, EncoderWeights encoder, ulong seed, Memory<float> weights)
    {
        foreach (TrainedTensor tensor in layout.Tensors)
        {
            Span<float> values = tensor.In(weights.Span);
            var random = new SeededRandom(SeededRandom.Derive(seed, tensor.Name));
            switch (tensor.Role, tensor.Name)
            {
                case (TrainedRole.FactorA, _):
                    FillUniform(values, 1 / Math.Sqrt(tensor.Shape[1]), random);
                    break;
                case (TrainedRole.Head, TrainedNames.PoolerWeight) when encoder.Pooler is { } pooler:
                    pooler.Weight.Values.CopyTo(values);
                    break;
                case (TrainedRole.Head, TrainedNames.PoolerBias) when encoder.Pooler is { } pooler:
                    pooler.Bias.CopyTo(values);
                    break;
                case (TrainedRole.Head, TrainedNames.PoolerWeight or TrainedNames.ClassifierWeight):
                    FillNormal(values, HeadDeviation, random);
                    break;
                default:
                    values.Clear();
                    break;
            }
        }
    }

    private static void FillUniform(Span<float> values, double bound, SeededRandom random)
    {
        foreach (ref float value in values)
        {
            value = (float)((2 * random.NextDouble() - 1) * bound);
        }
    }

    /// <summary>Box and Muller's transform, one value of each two.</summary>
    private static void FillNormal(Span<float> values, double deviation, SeededRandom random)
    {
        foreach (ref float value in values)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            value = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }
}
