namespace Ablation.Pairs;

/// <summary>Keeps pairs aside for validation that share no question with the rest. The split is the same for every seed and method.</summary>
internal static class PairSplit
{
    /// <summary>Keeps whole groups of questions aside.</summary>
    /// <remarks>
    /// Pairs of a question that is kept aside and one that is not are dropped. Where there are such, what is kept aside is thinned until
    /// its share of duplicates is that of all pairs, since groups are linked by pairs that are none.
    /// </remarks>
    /// <param name="pairs">The pairs.</param>
    /// <param name="groupOf">A question's group.</param>
    /// <param name="share">About the share of the pairs to keep aside; less where no more groups fit.</param>
    public static (IReadOnlyList<LabeledPair> Kept, IReadOnlyList<LabeledPair> Aside) ByGroups(
        IReadOnlyList<LabeledPair> pairs, Func<string, string> groupOf, double share)
    {
        HashSet<string> aside = Draw(pairs, groupOf, share);
        (List<LabeledPair> rest, List<LabeledPair> kept) = ([], []);
        foreach (LabeledPair pair in pairs)
        {
            (bool first, bool second) = (aside.Contains(groupOf(pair.Sentence1)), aside.Contains(groupOf(pair.Sentence2)));
            if (first == second)
            {
                (first ? kept : rest).Add(pair);
            }
        }

        bool dropped = rest.Count + kept.Count < pairs.Count;
        return (rest, dropped ? Thin(kept, (double)pairs.Count(pair => pair.Label) / pairs.Count) : kept);
    }

    /// <summary>Groups that hold at most the wanted number of pairs; what would exceed it is passed over.</summary>
    private static HashSet<string> Draw(IReadOnlyList<LabeledPair> pairs, Func<string, string> groupOf, double share)
    {
        Dictionary<string, int> sizes = pairs
            .Select(pair => (First: groupOf(pair.Sentence1), Second: groupOf(pair.Sentence2)))
            .Where(groups => groups.First == groups.Second)
            .CountBy(groups => groups.First)
            .ToDictionary(StringComparer.Ordinal);
        HashSet<string> drawn = [];
        double room = share * pairs.Count;
        foreach ((string group, int size) in sizes.OrderBy(entry => TextOrder.Of(entry.Key)))
        {
            if (size <= room)
            {
                drawn.Add(group);
                room -= size;
            }
        }

        return drawn;
    }

    private static IReadOnlyList<LabeledPair> Thin(List<LabeledPair> pairs, double duplicates)
    {
        int positives = pairs.Count(pair => pair.Label);
        int negatives = pairs.Count - positives;
        int keptPositives = Math.Min(positives, (int)Math.Round(negatives * duplicates / (1 - duplicates)));
        int keptNegatives = Math.Min(negatives, (int)Math.Round(positives * (1 - duplicates) / duplicates));
        return
        [
            .. pairs.Where(pair => pair.Label).OrderBy(TextOrder.Of).Take(keptPositives),
            .. pairs.Where(pair => !pair.Label).OrderBy(TextOrder.Of).Take(keptNegatives),
        ];
    }
}
