namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Sorts sequences by length and splits them into groups of one padded length, so that little is padded and launches stay few.</summary>
internal static class PairGroups
{
    /// <summary>Padded lengths are multiples of this, which the attention kernels ask of a mask; a group of equal lengths needs neither.</summary>
    public const int LengthStep = 8;

    /// <summary>
    /// What one more group costs, in tokens: its own attention calls in each layer, some fifteen with those of the gradients, against one
    /// token's work in all of them. An estimate of launch time to arithmetic: 12 layers · 15 calls · 7 µs against 0.6 µs for a token.
    /// </summary>
    private const int GroupCost = 2048;

    /// <summary>The order of sequences by length, equal lengths as they came.</summary>
    /// <param name="lengths">Tokens of each sequence.</param>
    public static int[] Order(ReadOnlySpan<int> lengths)
    {
        // A sort of the lengths alone would not keep the order of equal ones.
        var keys = new long[lengths.Length];
        var order = new int[lengths.Length];
        for (int i = 0; i < order.Length; i++)
        {
            (keys[i], order[i]) = (((long)lengths[i] << 32) | (uint)i, i);
        }

        Array.Sort(keys, order);
        return order;
    }

    /// <summary>The groups of least cost, found over all ways to split.</summary>
    /// <param name="sorted">Lengths in ascending order.</param>
    public static PairGroup[] Split(ReadOnlySpan<int> sorted)
    {
        // Runs of sequences whose lengths round to the same; a split inside one saves nothing.
        int[] ends = Ends(sorted);
        var costs = new long[ends.Length + 1];
        var starts = new int[ends.Length + 1];
        for (int end = 1; end <= ends.Length; end++)
        {
            costs[end] = long.MaxValue;
            for (int start = 0; start < end; start++)
            {
                PairGroup group = Group(sorted, start == 0 ? 0 : ends[start - 1], ends[end - 1]);
                long cost = costs[start] + group.Rows + GroupCost;
                if (cost < costs[end])
                {
                    (costs[end], starts[end]) = (cost, start);
                }
            }
        }

        var groups = new Stack<PairGroup>();
        for (int end = ends.Length; end > 0; end = starts[end])
        {
            groups.Push(Group(sorted, starts[end] == 0 ? 0 : ends[starts[end] - 1], ends[end - 1]));
        }

        return [.. groups];
    }

    private static int[] Ends(ReadOnlySpan<int> sorted)
    {
        var ends = new List<int>();
        for (int i = 1; i <= sorted.Length; i++)
        {
            if (i == sorted.Length || Rounded(sorted[i]) != Rounded(sorted[i - 1]))
            {
                ends.Add(i);
            }
        }

        return [.. ends];
    }

    private static PairGroup Group(ReadOnlySpan<int> sorted, int first, int end)
    {
        bool isPadded = sorted[first] != sorted[end - 1];
        return new PairGroup(first, end - first, isPadded ? Rounded(sorted[end - 1]) : sorted[end - 1], isPadded);
    }

    private static int Rounded(int length) => (length + LengthStep - 1) / LengthStep * LengthStep;
}
