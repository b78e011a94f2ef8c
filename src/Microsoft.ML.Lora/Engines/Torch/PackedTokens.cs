using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Sequences on the device one behind the other, without padding: N tokens of n sequences, and what they are trained towards. A GPU's copy is not waited
/// for.
/// </summary>
internal sealed class PackedTokens
{
    /// <param name="script">Has room for the copy.</param>
    /// <param name="pairs">The sequences; they suit the encoder.</param>
    /// <param name="shape">The encoder.</param>
    /// <param name="place">The device.</param>
    /// <param name="labels">Their classes in training.</param>
    /// <param name="shares">As many: each sequence's weight in the mean, negative.</param>
    public PackedTokens(
        EncoderScript script, ReadOnlySpan<EncodedPair> pairs, EncoderShape shape, TorchPlace place, ReadOnlySpan<int> labels = default,
        ReadOnlySpan<float> shares = default)
    {
        FirstRows = new int[pairs.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            FirstRows[i] = Rows;
            Rows += pairs[i].Length;
            Longest = Math.Max(Longest, pairs[i].Length);
        }

        int length = (3 * Rows) + (2 * (pairs.Length + 1));
        using Tensor host = script.Room(length + labels.Length, place);
        Span<int> numbers = MemoryMarshal.Cast<byte, int>(host.bytes);
        FillRows(pairs, shape, numbers);
        FillBounds(numbers[(3 * Rows)..]);
        labels.CopyTo(numbers[length..]);
        Tensor all = host.to(place.Device, copy: true, non_blocking: true);
        Numbers = all.narrow(0, 0, length);
        if (!labels.IsEmpty)
        {
            Labels = all.narrow(0, length, labels.Length);
            Shares = TokenBatch.Upload(shares.ToArray(), place).view(-1, 1);
        }
    }

    /// <summary>Rows of the tables of words, positions and segments, N each; n + 1 rows at which sequences start and end; 0 to n. 32-bit integers.</summary>
    public Tensor Numbers { get; }

    /// <summary>The n classes in training, 32-bit integers; <see langword="null"/> elsewhere.</summary>
    public Tensor? Labels { get; }

    /// <summary>The shares in training, (n, 1); <see langword="null"/> elsewhere.</summary>
    public Tensor? Shares { get; }

    /// <summary>N.</summary>
    public int Rows { get; }

    /// <summary>Tokens of the longest sequence.</summary>
    public int Longest { get; }

    /// <summary>The row of each sequence's first token.</summary>
    public int[] FirstRows { get; }

    private void FillRows(ReadOnlySpan<EncodedPair> pairs, EncoderShape shape, Span<int> numbers)
    {
        Span<int> counted = new int[Longest];
        Count(counted, shape.FirstPosition);
        Span<int> words = numbers[..Rows];
        Span<int> positions = numbers.Slice(Rows, Rows);
        Span<int> segments = numbers.Slice(2 * Rows, Rows);
        int secondSegment = Math.Min(1, shape.Segments - 1);
        foreach (EncodedPair pair in pairs)
        {
            pair.TokenIds.CopyTo(words);
            counted[..pair.Length].CopyTo(positions);
            segments[..pair.Second.Start].Clear();
            segments[pair.Second.Start..pair.Length].Fill(secondSegment);
            words = words[pair.Length..];
            positions = positions[pair.Length..];
            segments = segments[pair.Length..];
        }
    }

    private void FillBounds(Span<int> bounds)
    {
        FirstRows.CopyTo(bounds);
        bounds[FirstRows.Length] = Rows;
        Count(bounds.Slice(FirstRows.Length + 1, FirstRows.Length + 1), 0);
    }

    private static void Count(Span<int> numbers, int first)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = first + i;
        }
    }
}
