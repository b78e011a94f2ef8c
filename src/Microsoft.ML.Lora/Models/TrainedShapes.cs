namespace Microsoft.ML.Lora.Models;

/// <summary>Which tensors are trained for an encoder and a plan, and their shapes.</summary>
internal static class TrainedShapes
{
    /// <summary>How many numbers are trained.</summary>
    public static long Count(EncoderShape shape, TrainablePlan plan) =>
        Of(shape, plan).Sum(tensor => tensor.Dimensions.Aggregate(1L, (length, dimension) => length * dimension));

    /// <summary>Every trained tensor in the order of <see cref="TrainedWeights"/>.</summary>
    public static IEnumerable<TensorShape> Of(EncoderShape shape, TrainablePlan plan)
    {
        IEnumerable<TensorShape> tensors = plan.Adapter.TrainsEmbeddings ? EmbeddingsOf(shape) : [];
        for (int layer = plan.Adapter.FirstLayer(shape.Layers); layer < shape.Layers; layer++)
        {
            tensors = [.. tensors, .. LayerOf(shape, plan.Adapter, layer)];
        }

        return [.. tensors, .. HeadOf(shape, plan)];
    }

    private static IEnumerable<TensorShape> EmbeddingsOf(EncoderShape shape)
    {
        yield return new(TrainedNames.Weight(TrainedNames.Words), [shape.Vocabulary, shape.Hidden]);
        yield return new(TrainedNames.Weight(TrainedNames.Positions), [shape.PositionRows, shape.Hidden]);
        if (shape.Segments > 0)
        {
            yield return new(TrainedNames.Weight(TrainedNames.Segments), [shape.Segments, shape.Hidden]);
        }

        foreach (TensorShape tensor in NormOf(TrainedNames.EmbeddingNorm, shape.Hidden))
        {
            yield return tensor;
        }
    }

    private static IEnumerable<TensorShape> LayerOf(EncoderShape shape, AdapterPlan plan, int layer)
    {
        IEnumerable<TensorShape> factors = plan.EachTarget().SelectMany(target => FactorsOf(shape, plan.Rank, layer, target));
        IEnumerable<TensorShape> matrices = plan.TrainsMatrices
            ? AdapterPlan.AllTargets.SelectMany(target => DenseOf(TrainedNames.Module(layer, target), SizeOf(shape, target)))
            : [];
        IEnumerable<TensorShape> norms = plan.TrainsNorms
            ? [.. NormOf(TrainedNames.AttentionNorm(layer), shape.Hidden), .. NormOf(TrainedNames.OutputNorm(layer), shape.Hidden)]
            : [];
        IEnumerable<TensorShape> bottlenecks = plan.Bottlenecks.ToArray().SelectMany(place => BottleneckOf(shape.Hidden, plan.BottleneckSize, layer, place));
        return [.. factors, .. matrices, .. norms, .. bottlenecks];
    }

    private static TensorShape[] FactorsOf(EncoderShape shape, int rank, int layer, LoraTargets target)
    {
        (int inputs, int outputs) = SizeOf(shape, target);
        return [new(TrainedNames.FactorA(layer, target), [rank, inputs]), new(TrainedNames.FactorB(layer, target), [outputs, rank])];
    }

    /// <summary>Houlsby's 2·hidden·m + m + hidden numbers; Lin's own normalisation adds 2·hidden.</summary>
    private static TensorShape[] BottleneckOf(int hidden, int size, int layer, BottleneckPlace place) =>
    [
        .. place == BottleneckPlace.LayerOutput ? NormOf(TrainedNames.BottleneckNorm(layer, place), hidden) : [],
        .. DenseOf(TrainedNames.BottleneckDown(layer, place), (hidden, size)),
        .. DenseOf(TrainedNames.BottleneckUp(layer, place), (size, hidden)),
    ];

    private static TensorShape[] HeadOf(EncoderShape shape, TrainablePlan plan) =>
    [
        .. plan.Head == ClassificationHead.TrainedPooler
            ? new TensorShape[] { new(TrainedNames.PoolerWeight, [shape.Hidden, shape.Hidden]), new(TrainedNames.PoolerBias, [shape.Hidden]) }
            : [],
        new(TrainedNames.ClassifierWeight, [plan.Classes, shape.Hidden]),
        new(TrainedNames.ClassifierBias, [plan.Classes]),
    ];

    private static TensorShape[] DenseOf(string module, (int Inputs, int Outputs) size) =>
        [new(TrainedNames.Weight(module), [size.Outputs, size.Inputs]), new(TrainedNames.Bias(module), [size.Outputs])];

    private static TensorShape[] NormOf(string module, int hidden) =>
        [new(TrainedNames.Weight(module), [hidden]), new(TrainedNames.Bias(module), [hidden])];

    private static (int Inputs, int Outputs) SizeOf(EncoderShape shape, LoraTargets target) => target switch
    {
        LoraTargets.FeedForwardIn => (shape.Hidden, shape.FeedForward),
        LoraTargets.FeedForwardOut => (shape.FeedForward, shape.Hidden),
        _ => (shape.Hidden, shape.Hidden),
    };
}
