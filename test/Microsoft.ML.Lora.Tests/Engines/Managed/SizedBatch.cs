using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Random pairs of exact lengths, from a single token up, with labels and weights.</summary>
internal sealed class SizedBatch
{
    private readonly int[] _labels;
    private readonly float[] _weights;

    public SizedBatch(EncoderShape shape, ulong seed, params IEnumerable<int> lengths)
    {
        var random = new SeededRandom(seed);
        Pairs = [.. lengths.Select(length => Pair(shape, random, length))];
        _labels = [.. Pairs.Select(pair => pair.TokenIds[^1] % 2)];
        _weights = [.. Pairs.Select(pair => 0.5f + pair.TokenIds[0] % 4)];
    }

    /// <summary>The pairs as the batch has them.</summary>
    public EncodedPair[] Pairs { get; }

    /// <summary>All of it.</summary>
    public TrainingBatch All => new() { Pairs = Pairs, Labels = _labels, Weights = _weights };

    /// <summary>What its pairs count together.</summary>
    public double TotalWeight => _weights.Sum(weight => (double)weight);

    /// <summary>Pairs of any lengths that have so many tokens together.</summary>
    public static SizedBatch OfTokens(EncoderShape shape, ulong seed, int tokens)
    {
        var random = new SeededRandom(seed);
        var lengths = new List<int>();
        for (int left = tokens; left > 0; left -= lengths[^1])
        {
            lengths.Add(Math.Min(left, 1 + random.NextInt(shape.MaxTokens)));
        }

        return new SizedBatch(shape, seed, lengths);
    }

    /// <summary>One of its pairs alone.</summary>
    public TrainingBatch Only(int number) => new()
    {
        Pairs = Pairs.AsSpan(number, 1),
        Labels = _labels.AsSpan(number, 1),
        Weights = _weights.AsSpan(number, 1),
    };

    /// <summary>What one of its pairs counts.</summary>
    public float Weight(int number) => _weights[number];

    private static EncodedPair Pair(EncoderShape shape, SeededRandom random, int length)
    {
        int[] ids = [.. Enumerable.Range(0, length).Select(_ => random.NextInt(shape.Vocabulary))];
        int second = Math.Min(length, 1 + (length / 2));
        return new EncodedPair(ids, new TokenSpan(Math.Min(1, second), 0), new TokenSpan(second, length - second));
    }
}
