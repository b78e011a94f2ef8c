using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Sequences on the device one behind the other, without padding: N tokens of n sequences, in one copy from the host.</summary>
internal sealed class PackedTokens
{
    /// <param name="pairs">The sequences; they suit the encoder.</param>
    /// <param name="shape">The encoder.</param>
    /// <param name="place">The device.</param>
    public PackedTokens(ReadOnlySpan<EncodedPair> pairs, EncoderShape shape, TorchPlace place)
    {
        FirstRows = new int[pairs.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            FirstRows[i] = Rows;
            Rows += pairs[i].Length;
            Longest = Math.Max(Longest, pairs[i].Length);
        }

        var numbers = new int[(3 * Rows) + (2 * (pairs.Length + 1))];
        Fill(pairs, shape, numbers);
        Numbers = TokenBatch.Upload(numbers, place);
    }

    /// <summary>Rows of the tables of words, positions and segments, N each; n + 1 rows at which sequences start and end; 0 to n. 32-bit integers.</summary>
    public Tensor Numbers { get; }

    /// <summary>N.</summary>
    public int Rows { get; }

    /// <summary>Tokens of the longest sequence.</summary>
    public int Longest { get; }

    /// <summary>The row of each sequence's first token.</summary>
    public int[] FirstRows { get; }

    private void Fill(ReadOnlySpan<EncodedPair> pairs, EncoderShape shape, int[] numbers)
    {
        int secondSegment = Math.Min(1, shape.Segments - 1);
        Span<int> positions = numbers.AsSpan(Rows);
        Span<int> segments = numbers.AsSpan(2 * Rows);
        int row = 0;
        foreach (EncodedPair pair in pairs)
        {
            for (int i = 0; i < pair.Length; i++, row++)
            {
                numbers[row] = pair.TokenIds[i];
                positions[row] = shape.FirstPosition + i;
                segments[row] = pair.SegmentOf(i) == 1 ? secondSegment : 0;
            }
        }

        Span<int> bounds = numbers.AsSpan(3 * Rows);
        FirstRows.CopyTo(bounds);
        bounds[pairs.Length] = Rows;
        for (int i = 0; i <= pairs.Length; i++)
        {
            bounds[pairs.Length + 1 + i] = i;
        }
    }
}
