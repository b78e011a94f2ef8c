using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>
/// Where training starts. What the checkpoint has: from there. A: uniform in ±1/√in, which is Kaiming's rule with a = √5 as PEFT applies it;
/// B and biases: zero, so that the first step sees the pretrained encoder; weights of bottlenecks: normal with deviation 0.01, none beyond
/// two deviations (Houlsby et al., section 3.1), and the gains before them 1; head weights: normal with deviation 0.02, as BERT's own.
/// </summary>
internal static class TrainedStart
{
    /// <summary>BERT's <c>initializer_range</c>.</summary>
    private const double HeadDeviation = 0.02;

    /// <summary>Small enough for a bottleneck to begin as nearly nothing beside its skip connection.</summary>
    private const double BottleneckDeviation = 0.01;

    private const double BottleneckDeviations = 2;

    /// <summary>
    /// Fills a flat buffer. Every tensor draws from a stream of its own, so its start does not depend on what else is trained.
    /// </summary>
    public static void Fill(TrainedLayout layout, EncoderWeights encoder, ulong seed, Memory<float> weights)
    {
        IReadOnlyDictionary<string, Matrix> checkpoint = EncoderTensors.ByName(encoder);
        foreach (TrainedTensor tensor in layout.Tensors)
        {
            Span<float> values = tensor.In(weights.Span);
            var random = new SeededRandom(SeededRandom.Derive(seed, tensor.Name));
            switch (tensor.Role, tensor.Name)
            {
                case (_, var name) when checkpoint.TryGetValue(name, out Matrix? pretrained):
                    pretrained.Read(0, values);
                    break;
                case (TrainedRole.FactorA, _):
                    FillUniform(values, 1 / Math.Sqrt(tensor.Shape[1]), random);
                    break;
                case (_, TrainedNames.PoolerWeight or TrainedNames.ClassifierWeight):
                    FillNormal(values, HeadDeviation, double.PositiveInfinity, random);
                    break;
                case (_, var name) when TrainedNames.IsBottleneckGain(name):
                    values.Fill(1);
                    break;
                case (_, var name) when TrainedNames.IsBottleneckWeight(name):
                    FillNormal(values, BottleneckDeviation, BottleneckDeviations, random);
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

    private static void FillNormal(Span<float> values, double deviation, double mostDeviations, SeededRandom random)
    {
        foreach (ref float value in values)
        {
            double drawn;
            do
            {
                drawn = DrawNormal(random);
            }
            while (Math.Abs(drawn) > mostDeviations);
            value = (float)(deviation * drawn);
        }
    }

    /// <summary>Box and Muller's transform, one value of each two.</summary>
    private static double DrawNormal(SeededRandom random)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
