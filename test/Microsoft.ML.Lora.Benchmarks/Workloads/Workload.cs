using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>Encoded pairs in batches, in the same order as build/references/peer_protocol.py has them.</summary>
internal sealed class Workload
{
    private readonly EncodedPair[][] _batches;
    private readonly int[][] _labels;
    private readonly float[] _weights;

    private Workload(EncodedPair[][] batches, int[][] labels)
    {
        _batches = batches;
        _labels = labels;
        _weights = Enumerable.Repeat(1f, batches[0].Length).ToArray();
        MeanTokens = batches.Average(batch => batch.Average(pair => pair.Length));
    }

    /// <summary>How many batches there are before the first comes round again.</summary>
    public int Batches => _batches.Length;

    /// <summary>Tokens of a pair, on average.</summary>
    public double MeanTokens { get; }

    /// <summary>Encodes the pairs of a file and puts them in random order into whole batches.</summary>
    /// <exception cref="InvalidDataException">The file has fewer pairs than a batch.</exception>
    public static Workload Create(PairEncoder tokenizer, PairFile file, PairSelection selection)
    {
        IReadOnlyList<(string First, string Second, int Label)> texts = file.Read(selection.Count);
        if (texts.Count < selection.Batch)
        {
            throw new InvalidDataException($"{file.Path} has {texts.Count} pairs, but a batch needs {selection.Batch}.");
        }

        int[] order = [.. Enumerable.Range(0, texts.Count).OrderBy(i => Mixed((uint)i))];
        int[][] rows = [.. order.Chunk(selection.Batch).Where(chunk => chunk.Length == selection.Batch)];
        return new Workload(
            [.. rows.Select(chunk => chunk.Select(row => Encode(tokenizer, texts[row], selection)).ToArray())],
            [.. rows.Select(chunk => chunk.Select(row => texts[row].Label).ToArray())]);
    }

    /// <summary>A batch for training. They come round again.</summary>
    public TrainingBatch Training(int number) =>
        new() { Pairs = Pairs(number), Labels = _labels[number % _labels.Length], Weights = _weights };

    /// <summary>The pairs of some batches, one after the other.</summary>
    public EncodedPair[] Pairs(Range batches) => [.. _batches[batches].SelectMany(batch => batch)];

    /// <summary>The pairs of a batch. They come round again.</summary>
    public ReadOnlySpan<EncodedPair> Pairs(int number) => _batches[number % _batches.Length];

    /// <summary>A pair of median length.</summary>
    public EncodedPair MedianPair()
    {
        EncodedPair[] byLength = [.. _batches.SelectMany(batch => batch).OrderBy(pair => pair.Length)];
        return byLength[byLength.Length / 2];
    }

    private static EncodedPair Encode(PairEncoder tokenizer, (string First, string Second, int Label) text, PairSelection selection)
    {
        EncodedPair pair = tokenizer.Encode(text.First, text.Second, selection.Limit);
        return selection.Tokens is { } tokens ? Resized(pair, tokens) : pair;
    }

    private static EncodedPair Resized(EncodedPair pair, int tokens)
    {
        var ids = new int[tokens];
        for (int i = 0; i < tokens; i++)
        {
            ids[i] = pair.TokenIds[i % pair.Length];
        }

        int middle = Math.Min(tokens, pair.Second.Start);
        return new EncodedPair(ids, new TokenSpan(0, middle), new TokenSpan(middle, tokens - middle));
    }

    /// <summary>A bijection of 32-bit numbers without visible order: the last steps of MurmurHash3.</summary>
    private static uint Mixed(uint number)
    {
        number ^= number >> 16;
        number *= 0x85EBCA6B;
        number ^= number >> 13;
        number *= 0xC2B2AE35;
        return number ^ (number >> 16);
    }
}
