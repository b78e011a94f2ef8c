using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>A BERT encoder of any size with random weights: what a step costs does not depend on what they are.</summary>
internal static class RandomEncoder
{
    /// <summary>BERT's <c>initializer_range</c>.</summary>
    private const float Deviation = 0.02f;

    /// <summary>BERT's sizes for a number of layers and a width; 64 numbers to a head, as BERT has them.</summary>
    public static EncoderShape Shape(int layers, int hidden) => new()
    {
        Family = "bert",
        Layers = layers,
        Hidden = hidden,
        Heads = hidden / 64,
        FeedForward = 4 * hidden,
        Vocabulary = 30522,
        PositionRows = 512,
        Segments = 2,
        NormEpsilon = 1e-12f,
        Activation = Activation.Gelu,
    };

    /// <summary>Weights of a shape.</summary>
    public static EncoderWeights Create(EncoderShape shape)
    {
        var random = new SeededRandom(1);
        Affine Dense(int inputs, int outputs) => new(Table(random, outputs, inputs), new float[outputs]);
        return new EncoderWeights
        {
            Shape = shape,
            Embeddings = new EmbeddingWeights
            {
                Words = Table(random, shape.Vocabulary, shape.Hidden),
                Positions = Table(random, shape.PositionRows, shape.Hidden),
                Segments = Table(random, shape.Segments, shape.Hidden),
                Norm = Norm(shape),
            },
            Layers =
            [
                .. Enumerable.Range(0, shape.Layers).Select(_ => new LayerWeights
                {
                    Query = Dense(shape.Hidden, shape.Hidden),
                    Key = Dense(shape.Hidden, shape.Hidden),
                    Value = Dense(shape.Hidden, shape.Hidden),
                    AttentionOutput = Dense(shape.Hidden, shape.Hidden),
                    AttentionNorm = Norm(shape),
                    FeedForwardIn = Dense(shape.Hidden, shape.FeedForward),
                    FeedForwardOut = Dense(shape.FeedForward, shape.Hidden),
                    OutputNorm = Norm(shape),
                }),
            ],
            Pooler = Dense(shape.Hidden, shape.Hidden),
        };
    }

    /// <summary>Pairs of given lengths with random ids, in batches, with labels.</summary>
    public static (EncodedPair[] Pairs, int[] Labels)[] Batches(EncoderShape shape, IReadOnlyList<int> lengths, int batch)
    {
        var random = new SeededRandom(2);
        return
        [
            .. lengths.Chunk(batch).Where(chunk => chunk.Length == batch).Select(chunk => (
                chunk.Select(length => Pair(random, shape, length)).ToArray(), chunk.Select(_ => random.NextInt(2)).ToArray())),
        ];
    }

    private static EncodedPair Pair(SeededRandom random, EncoderShape shape, int length)
    {
        int first = (length - 3) / 2;
        return new EncodedPair(
            [.. Enumerable.Range(0, length).Select(_ => random.NextInt(shape.Vocabulary))], new TokenSpan(1, first), new TokenSpan(first + 2, length - 3 - first));
    }

    private static Matrix Table(SeededRandom random, int rows, int columns)
    {
        // Uniform with the deviation that BERT draws with: as good for timing, and much quicker to draw.
        float bound = Deviation * MathF.Sqrt(3);
        var values = new float[rows * columns];
        foreach (ref float value in values.AsSpan())
        {
            value = ((2 * random.NextSingle()) - 1) * bound;
        }

        return new Matrix(rows, columns, values);
    }

    private static Normalization Norm(EncoderShape shape) => new([.. Enumerable.Repeat(1f, shape.Hidden)], new float[shape.Hidden]);
}
