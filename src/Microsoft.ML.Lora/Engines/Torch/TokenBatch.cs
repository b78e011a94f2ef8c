using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Sequences on the device: N tokens of n sequences, group by group, each sequence padded to its group's length. The tensors belong to the
/// dispose scope they are made in.
/// </summary>
internal sealed class TokenBatch
{
    /// <param name="pairs">The sequences; they suit the encoder.</param>
    /// <param name="shape">The encoder.</param>
    /// <param name="place">The device.</param>
    public TokenBatch(ReadOnlySpan<EncodedPair> pairs, EncoderShape shape, TorchPlace place)
    {
        var lengths = new int[pairs.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            lengths[i] = pairs[i].Length;
        }

        Order = PairGroups.Order(lengths);
        Groups = PairGroups.Split([.. Order.Select(i => lengths[i])]);
        Rows = Groups.Sum(group => group.Rows);
        FirstRowNumbers = new int[pairs.Length];
        var ids = new long[(3 * Rows) + pairs.Length];
        Fill(pairs, shape, ids);
        Tensor numbers = Upload(ids, place);
        TokenIds = numbers.narrow(0, 0, Rows);
        PositionIds = numbers.narrow(0, Rows, Rows);
        SegmentIds = numbers.narrow(0, 2L * Rows, Rows);
        FirstRows = numbers.narrow(0, 3L * Rows, pairs.Length);
        Masks = MasksOf(pairs, place);
    }

    /// <summary>The number in the call of each sequence in the batch's order.</summary>
    public int[] Order { get; }

    /// <summary>The groups, shortest first.</summary>
    public PairGroup[] Groups { get; }

    /// <summary>The same as <see cref="FirstRows"/>, on the host.</summary>
    public int[] FirstRowNumbers { get; }

    /// <summary>N.</summary>
    public int Rows { get; }

    /// <summary>(N).</summary>
    public Tensor TokenIds { get; }

    /// <summary>(N), rows of the position table.</summary>
    public Tensor PositionIds { get; }

    /// <summary>(N), rows of the segment table.</summary>
    public Tensor SegmentIds { get; }

    /// <summary>(n): the row of each sequence's first token.</summary>
    public Tensor FirstRows { get; }

    /// <summary>
    /// For each group that is padded, what is added to attention's scores: 0 for a sequence's own tokens, −∞ for padding, (count, 1, 1, length).
    /// </summary>
    public IReadOnlyList<Tensor?> Masks { get; }

    /// <summary>Puts numbers on the device; for a GPU in pinned memory first, which the host need not wait at.</summary>
    public static Tensor Upload(Array numbers, TorchPlace place)
    {
        using Tensor host = torch.from_array(numbers);
        if (place.Device.type != DeviceType.CUDA)
        {
            return host.to(place.Device, copy: true);
        }

        // The device library gives pinned memory to nobody else before such a copy is done.
        using Tensor pinned = host.pin_memory();
        return pinned.to(place.Device, non_blocking: true);
    }

    /// <summary>Masks of padded groups alone, back to back: each then begins at a multiple of the length step, as the kernels ask.</summary>
    private Tensor?[] MasksOf(ReadOnlySpan<EncodedPair> pairs, TorchPlace place)
    {
        var masks = new Tensor?[Groups.Length];
        var values = new float[Groups.Where(group => group.IsPadded).Sum(group => group.Rows)];
        if (values.Length == 0)
        {
            return masks;
        }

        int end = 0;
        foreach (PairGroup group in Groups.Where(group => group.IsPadded))
        {
            for (int i = group.First; i < group.First + group.Count; i++, end += group.Length)
            {
                int length = pairs[Order[i]].Length;
                values.AsSpan(end + length, group.Length - length).Fill(float.NegativeInfinity);
            }
        }

        Tensor all = Upload(values, place).to_type(place.Compute);
        int start = 0;
        for (int i = 0; i < Groups.Length; i++)
        {
            PairGroup group = Groups[i];
            if (group.IsPadded)
            {
                masks[i] = all.narrow(0, start, group.Rows).view(group.Count, 1, 1, group.Length);
                start += group.Rows;
            }
        }

        return masks;
    }

    private void Fill(ReadOnlySpan<EncodedPair> pairs, EncoderShape shape, long[] ids)
    {
        int row = 0;
        int secondSegment = Math.Min(1, shape.Segments - 1);
        foreach (PairGroup group in Groups)
        {
            for (int i = group.First; i < group.First + group.Count; i++)
            {
                EncodedPair pair = pairs[Order[i]];
                ids[(3 * Rows) + i] = FirstRowNumbers[i] = row;
                for (int position = 0; position < group.Length; position++, row++)
                {
                    // Padding repeats the first token at the last position it may have; nothing attends to it.
                    bool isOwn = position < pair.Length;
                    ids[row] = pair.TokenIds[isOwn ? position : 0];
                    ids[Rows + row] = shape.FirstPosition + Math.Min(position, pair.Length - 1);
                    ids[(2 * Rows) + row] = isOwn && pair.SegmentOf(position) == 1 ? secondSegment : 0;
                }
            }
        }
    }
}
