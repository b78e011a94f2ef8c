namespace Microsoft.ML.Lora.Models;

/// <summary>Which tensors are trained for an encoder and a plan, and their shapes.</summary>
internal static class TrainedShapes
{
    /// <summary>Every trained tensor in the order of <see cref="TrainedWeights"/>.</summary>
    public static IEnumerable<TensorShape> Of(EncoderShape shape, TrainablePlan plan)
    {
        int rank = plan.Adapter.Rank;
        for (int layer = plan.Adapter.FirstLayer(shape.Layers); layer < shape.Layers; layer++)
        {
            foreach (LoraTargets target in plan.Adapter.EachTarget())
            {
                (int inputs, int outputs) = SizeOf(shape, target);
                yield return new(TrainedNames.FactorA(layer, target), [rank, inputs]);
                yield return new(TrainedNames.FactorB(layer, target), [outputs, rank]);
            }
        }

        if (plan.Head == ClassificationHead.TrainedPooler)
        {
            yield return new(TrainedNames.PoolerWeight, [shape.Hidden, shape.Hidden]);
            yield return new(TrainedNames.PoolerBias, [shape.Hidden]);
        }

        yield return new(TrainedNames.ClassifierWeight, [plan.Classes, shape.Hidden]);
        yield return new(TrainedNames.ClassifierBias, [plan.Classes]);
    }

    private static (int Inputs, int Outputs) SizeOf(EncoderShape shape, LoraTargets target) => target switch
    {
        LoraTargets.FeedForwardIn => (shape.Hidden, shape.FeedForward),
        LoraTargets.FeedForwardOut => (shape.FeedForward, shape.Hidden),
        _ => (shape.Hidden, shape.Hidden),
    };
}
