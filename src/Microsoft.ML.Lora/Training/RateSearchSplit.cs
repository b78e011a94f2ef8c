using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;
using static System.FormattableString;

namespace Microsoft.ML.Lora.Training;

/// <summary>The training pairs as a search for rates divides them.</summary>
/// <param name="Train">What trials learn from; both classes occur.</param>
/// <param name="Held">What they are judged by; both classes occur.</param>
/// <param name="TrainingPairs">The pairs of the training to come.</param>
/// <param name="Warnings">What makes the division worse than it should be, in words.</param>
internal sealed record RateSearchSplit(LabeledPairs Train, LabeledPairs Held, int TrainingPairs, IReadOnlyList<string> Warnings)
{
    /// <summary>The share of the pairs that trials are judged by, and the most: enough to tell rates apart by log-loss.</summary>
    private const float HeldShare = 0.2f;

    private const int MostHeld = 1024;

    /// <summary>The least of the wanted pairs, and of a class's part of them, that a split by groups must come to.</summary>
    private const double LeastOfWanted = 0.5;

    private const double LeastOfClass = 0.25;

    /// <summary>Below so many pairs, differences between rates drown in the draw: the error of a mean over 50 losses is about a tenth.</summary>
    private const int TellingPairs = 50;

    /// <summary>Divides, whole groups where that leaves enough to judge by, row by row where not.</summary>
    /// <param name="pairs">The training pairs; both classes occur.</param>
    /// <param name="groups">The group of each pair, numbered from 0.</param>
    /// <param name="grouping">Which pairs are in one group, for messages.</param>
    /// <param name="seed">Decides the draw.</param>
    /// <exception cref="ArgumentException">There are fewer than two pairs of a class, so one side would lack it.</exception>
    public static RateSearchSplit Of(LabeledPairs pairs, int[] groups, string grouping, ulong seed)
    {
        float share = Math.Min(HeldShare, (float)MostHeld / pairs.Count);
        int count = groups.Distinct().Count();
        var warnings = new List<string>();
        bool[]? aside = null;
        if (count > 1 && count < pairs.Count)
        {
            aside = ValidationSplit.Choose(groups, share, seed);
        }

        string? fault = count == 1 ? $"all {pairs.Count} are {grouping}" : aside is null ? null : Fault(pairs.Labels, aside, share, grouping);
        if (fault is not null)
        {
            warnings.Add(
                $"The search for rates divides the training pairs row by row, since {fault}. So pairs to judge by resemble pairs to learn from, which makes rates that learn by heart look good.");
        }

        bool[] chosen = aside is null || fault is not null ? ByRows(pairs.Labels, share, seed) : aside;
        LabeledPairs held = Thinned(pairs.Where(chosen, true));
        if (held.Count < TellingPairs)
        {
            warnings.Add($"The search for rates judges them by {held.Count} pairs, which hardly tell them apart: from {TellingPairs} on, a fifth of {TellingPairs * 5} training pairs, it is worth its time.");
        }

        return new RateSearchSplit(pairs.Where(chosen, false), held, pairs.Count, warnings);
    }

    /// <summary>Why groups do not divide the pairs well; <see langword="null"/> where they do.</summary>
    private static string? Fault(int[] labels, bool[] aside, float share, string grouping)
    {
        int held = aside.Count(row => row);
        double wanted = share * labels.Length;
        bool enough = held >= LeastOfWanted * wanted;
        for (int label = 0; label < PairScores.Classes; label++)
        {
            int all = labels.Count(one => one == label);
            int inHeld = labels.Where((one, row) => one == label && aside[row]).Count();
            enough &= inHeld > 0 && inHeld < all && inHeld >= LeastOfClass * share * all;
        }

        int positive = labels.Where((one, row) => one == 1 && aside[row]).Count();
        return enough
            ? null
            : Invariant($"keeping {grouping} together would leave {held} of {labels.Length} to judge by, {positive} of them positive, where about {wanted:F0} are wanted with both classes on both sides");
    }

    /// <summary>The share of each class, drawn at random; at least one pair of each on both sides.</summary>
    private static bool[] ByRows(int[] labels, float share, ulong seed)
    {
        bool[] aside = new bool[labels.Length];
        for (int label = 0; label < PairScores.Classes; label++)
        {
            int[] rows = [.. Enumerable.Range(0, labels.Length).Where(row => labels[row] == label)];
            if (rows.Length < 2)
            {
                throw new ArgumentException(
                    $"A search for rates needs two training pairs of each class, one to learn from and one to judge by, but there {(rows.Length == 1 ? "is one" : "is none")} whose label is {(label == 1 ? "true" : "false")}. "
                    + "Give more training rows, or choose rates by hand.");
            }

            new SeededRandom(SeededRandom.Derive(seed, $"search for rates, class {label}")).Shuffle(rows.AsSpan());
            int wanted = Math.Clamp((int)Math.Round((double)share * rows.Length), 1, rows.Length - 1);
            foreach (int row in rows.AsSpan(0, wanted))
            {
                aside[row] = true;
            }
        }

        return aside;
    }

    /// <summary>No more pairs to judge by than are needed, evenly spread: where all groups are large, more are kept aside.</summary>
    private static LabeledPairs Thinned(LabeledPairs held)
    {
        bool[] kept = new bool[held.Count];
        for (int label = 0; label < PairScores.Classes; label++)
        {
            int[] rows = [.. Enumerable.Range(0, held.Count).Where(row => held.Labels[row] == label)];
            int most = held.Count <= MostHeld ? rows.Length : Math.Max(1, (int)((long)MostHeld * rows.Length / held.Count));
            for (int i = 0; i < most; i++)
            {
                kept[rows[(int)((long)i * rows.Length / most)]] = true;
            }
        }

        return held.Where(kept, true);
    }
}
