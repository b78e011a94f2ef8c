using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Scores a pair with a tiny encoder of zeros, so that the kernels are compiled when a real one has been loaded.</summary>
/// <remarks>
/// Kernels are compiled at their first call, ready-to-run or not: code compiled ahead cannot use the widest vectors. That takes about as long
/// as loading an encoder, and can be done meanwhile.
/// </remarks>
internal static class Rehearsal
{
    private static readonly EncoderShape Shape = new()
    {
        Family = "rehearsal",
        Layers = 2,
        Hidden = 64,
        Heads = 2,
        FeedForward = 128,
        Vocabulary = 1,
        PositionRows = 16,
        Segments = 2,
        NormEpsilon = 1e-12f,
        Activation = Activation.Gelu,
    };

    private static readonly TrainablePlan Plan = new()
    {
        Adapter = new AdapterPlan { Targets = LoraTargets.None, Rank = 1, Scaling = 1, Dropout = 0 },
        Head = ClassificationHead.PretrainedPooler,
        Classes = 2,
    };

    /// <summary>Runs once through everything that scoring one pair calls.</summary>
    /// <returns>The logits of the pair, which are 0.</returns>
    public static float[] Run()
    {
        TrainedWeights trained = new([.. TrainedShapes.Of(Shape, Plan).Select(tensor =>
            new NamedTensor(tensor.Name, tensor.Dimensions, new float[tensor.Dimensions.Aggregate(1, (length, dimension) => length * dimension)]))]);
        using IPairScorer scorer = new ManagedEngine(threads: 1).CreateScorer(Encoder(), Plan, trained);
        var logits = new float[Plan.Classes];
        scorer.Score([new EncodedPair(new int[Shape.MaxTokens], new TokenSpan(1, 6), new TokenSpan(8, 7))], logits);
        return logits;
    }

    private static EncoderWeights Encoder() => new()
    {
        Shape = Shape,
        Embeddings = new EmbeddingWeights
        {
            Words = Zeros(Shape.Vocabulary, Shape.Hidden),
            Positions = Zeros(Shape.PositionRows, Shape.Hidden),
            Segments = Zeros(Shape.Segments, Shape.Hidden),
            Norm = Norm(),
        },
        Layers = [.. Enumerable.Range(0, Shape.Layers).Select(_ => Layer())],
        Pooler = Dense(Shape.Hidden, Shape.Hidden),
    };

    private static LayerWeights Layer() => new()
    {
        Query = Dense(Shape.Hidden, Shape.Hidden),
        Key = Dense(Shape.Hidden, Shape.Hidden),
        Value = Dense(Shape.Hidden, Shape.Hidden),
        AttentionOutput = Dense(Shape.Hidden, Shape.Hidden),
        AttentionNorm = Norm(),
        FeedForwardIn = Dense(Shape.Hidden, Shape.FeedForward),
        FeedForwardOut = Dense(Shape.FeedForward, Shape.Hidden),
        OutputNorm = Norm(),
    };

    private static Affine Dense(int inputs, int outputs) => new(Zeros(outputs, inputs), new float[outputs]);

    private static Normalization Norm() => new(new float[Shape.Hidden], new float[Shape.Hidden]);

    private static Matrix Zeros(int rows, int columns) => new(rows, columns, new float[rows * columns]);
}
