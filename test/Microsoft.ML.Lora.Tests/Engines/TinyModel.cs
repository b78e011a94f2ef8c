using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines;

/// <summary>Encoders, plans and pairs of awkward sizes with random content, small enough for a scalar reference to follow.</summary>
internal static class TinyModel
{
    public static EncoderShape Shape { get; } = new()
    {
        Family = "bert",
        Layers = 2,
        Hidden = 12,
        Heads = 3,
        FeedForward = 20,
        Vocabulary = 31,
        PositionRows = 12,
        FirstPosition = 1,
        Segments = 2,
        NormEpsilon = 1e-12f,
        Activation = Activation.Gelu,
    };

    /// <param name="wanted">The shape; <see cref="Shape"/> if <see langword="null"/>.</param>
    /// <param name="pooler">Whether there is a pooler.</param>
    /// <param name="seed">Where the values come from.</param>
    /// <param name="spread">The layers' matrices lie between this and its negative. Wide layers need less than narrow ones, lest attention looks at one token alone.</param>
    public static EncoderWeights Encoder(EncoderShape? wanted = null, bool pooler = true, ulong seed = 1, double spread = 0.5)
    {
        EncoderShape shape = wanted ?? Shape;
        var random = new SeededRandom(seed);
        return new EncoderWeights
        {
            Shape = shape,
            Embeddings = new EmbeddingWeights
            {
                Words = Table(random, shape.Vocabulary, shape.Hidden),
                Positions = Table(random, shape.PositionRows, shape.Hidden),
                Segments = shape.Segments == 0 ? null : Table(random, shape.Segments, shape.Hidden),
                Norm = Norm(random, shape.Hidden),
            },
            Layers = [.. Enumerable.Range(0, shape.Layers).Select(_ => Layer(random, shape, spread))],
            Pooler = pooler ? Map(random, shape.Hidden, shape.Hidden, spread) : null,
        };
    }

    public static TrainablePlan Plan(
        LoraTargets targets, ClassificationHead head = ClassificationHead.PretrainedPooler, int rank = 2, int classes = 2, float dropout = 0, int? topLayers = null) => new()
        {
            Adapter = new AdapterPlan { Targets = targets, TopLayers = topLayers, Rank = rank, Scaling = 1.5f, Dropout = dropout },
            Head = head,
            Classes = classes,
        };

    /// <summary>A plan of another method than low-rank updates.</summary>
    public static TrainablePlan Plan(
        AdaptationMethod method, int? topLayers = null, ClassificationHead head = ClassificationHead.TrainedPooler, int classes = 2, int bottleneck = 3)
    {
        TrainablePlan plan = Plan(LoraTargets.None, head, classes: classes, topLayers: topLayers);
        return plan with { Adapter = plan.Adapter with { Method = method, BottleneckSize = bottleneck } };
    }

    /// <summary>Pairs of the given lengths with random ids.</summary>
    public static EncodedPair[] Pairs(EncoderShape shape, ulong seed, params int[] lengths)
    {
        var random = new SeededRandom(seed);
        return [.. lengths.Select(length => Pair(shape, random, length))];
    }

    public static EncodedPair[] RandomPairs(EncoderShape shape, ulong seed, int count)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Pair(shape, random, 3 + random.NextInt(shape.MaxTokens - 2)))];
    }

    /// <summary>Random values for every trained tensor, so that no gradient is zero for want of a start.</summary>
    public static TrainedWeights Randomized(TrainedWeights trained, ulong seed)
    {
        var random = new SeededRandom(seed);
        return new([.. trained.Tensors.Select(tensor => new NamedTensor(tensor.Name, tensor.Shape, Values(random, tensor.Values.Length, 0.3)))]);
    }

    private static EncodedPair Pair(EncoderShape shape, SeededRandom random, int length)
    {
        int[] ids = [.. Enumerable.Range(0, length).Select(_ => random.NextInt(shape.Vocabulary))];
        int first = (length - 3) / 2;
        return new EncodedPair(ids, new TokenSpan(1, first), new TokenSpan(first + 2, length - 3 - first));
    }

    private static LayerWeights Layer(SeededRandom random, EncoderShape shape, double spread) => new()
    {
        Query = Map(random, shape.Hidden, shape.Hidden, spread),
        Key = Map(random, shape.Hidden, shape.Hidden, spread),
        Value = Map(random, shape.Hidden, shape.Hidden, spread),
        AttentionOutput = Map(random, shape.Hidden, shape.Hidden, spread),
        AttentionNorm = Norm(random, shape.Hidden),
        FeedForwardIn = Map(random, shape.FeedForward, shape.Hidden, spread),
        FeedForwardOut = Map(random, shape.Hidden, shape.FeedForward, spread),
        OutputNorm = Norm(random, shape.Hidden),
    };

    private static Affine Map(SeededRandom random, int outputs, int inputs, double spread) =>
        new(new Matrix(outputs, inputs, Values(random, outputs * inputs, spread)), Values(random, outputs, 0.2));

    private static Matrix Table(SeededRandom random, int rows, int columns) => new(rows, columns, Values(random, rows * columns, 1));

    private static Normalization Norm(SeededRandom random, int length) =>
        new([.. Values(random, length, 0.3).Select(value => 1 + value)], Values(random, length, 0.3));

    private static float[] Values(SeededRandom random, int count, double spread) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble() - 1) * spread))];
}
