using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// The pairs of one call, their tokens numbered back to back without padding. Used again and again; grows to the largest batch.
/// </summary>
internal sealed class PackedBatch
{
    private readonly EncoderShape _shape;
    private EncodedPair[] _pairs = [];
    private int[] _starts = [0];

    /// <param name="shape">The encoder that every sequence must suit.</param>
    public PackedBatch(EncoderShape shape) => _shape = shape;

    /// <summary>Number of sequences.</summary>
    public int Count { get; private set; }

    /// <summary>Number of tokens of all sequences.</summary>
    public int Tokens => _starts[Count];

    /// <summary>Number of a sequence's first token.</summary>
    public int Start(int sequence) => _starts[sequence];

    /// <summary>One sequence.</summary>
    public EncodedPair Pair(int sequence) => _pairs[sequence];

    /// <summary>Takes in the pairs of a call, in the caller's order.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="firstNumber">What the first pair is called in a message.</param>
    /// <exception cref="ArgumentException">A sequence is empty or too long, or has a token id outside the vocabulary.</exception>
    public void Load(ReadOnlySpan<EncodedPair> pairs, int firstNumber = 0)
    {
        Clear();
        Reserve(pairs.Length);
        for (int i = 0; i < pairs.Length; i++)
        {
            PairCheck.Check(pairs[i], firstNumber + i, _shape);
        }

        foreach (EncodedPair pair in pairs)
        {
            Add(pair);
        }
    }

    /// <summary>Forgets all pairs.</summary>
    public void Clear() => Count = 0;

    /// <summary>Makes room for so many pairs; with too little there already, it must be empty.</summary>
    public void Reserve(int pairs)
    {
        if (_pairs.Length < pairs)
        {
            _pairs = new EncodedPair[pairs];
            _starts = new int[pairs + 1];
        }
    }

    /// <summary>Adds a pair that is known to suit the encoder. There is room for it.</summary>
    public void Add(EncodedPair pair)
    {
        _pairs[Count] = pair;
        _starts[Count + 1] = checked(_starts[Count] + pair.Length);
        Count++;
    }

    /// <summary>One of <paramref name="chunks"/> runs of whole sequences with about as many tokens each; it may be empty.</summary>
    public PackedChunk Chunk(int number, int chunks)
    {
        int first = FirstStartingAt((int)((long)Tokens * number / chunks));
        int end = number == chunks - 1 ? Count : FirstStartingAt((int)((long)Tokens * (number + 1) / chunks));
        long squares = 0;
        int longest = 0;
        for (int i = first; i < end; i++)
        {
            squares += (long)_pairs[i].Length * _pairs[i].Length;
            longest = Math.Max(longest, _pairs[i].Length);
        }

        return new PackedChunk(first, end - first, _starts[first], _starts[end] - _starts[first], squares, longest);
    }

    /// <summary>The size that each of <paramref name="chunks"/> chunks fits into, and how many of them have any sequence.</summary>
    public (PackedChunk Largest, int Filled) Chunks(int chunks)
    {
        PackedChunk largest = default;
        int filled = 0;
        for (int i = 0; i < chunks; i++)
        {
            PackedChunk chunk = Chunk(i, chunks);
            largest = largest.Covering(chunk);
            filled += chunk.Count > 0 ? 1 : 0;
        }

        return (largest, filled);
    }

    /// <summary>The first sequence whose first token has this number or a later one.</summary>
    private int FirstStartingAt(int token)
    {
        int found = _starts.AsSpan(0, Count).BinarySearch(token);
        return found >= 0 ? found : ~found;
    }
}
