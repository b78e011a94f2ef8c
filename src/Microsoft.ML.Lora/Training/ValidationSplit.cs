using System.Globalization;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Training;

/// <summary>Keeps a share of the rows aside for validation.</summary>
internal static class ValidationSplit
{
    /// <summary>
    /// Chooses which rows are kept aside. Whole groups are drawn at random, and those that would exceed the share are passed over,
    /// so it can fall short of the share. Only where every group exceeds it, it does too: then the smallest group is taken.
    /// </summary>
    /// <param name="groups">The group of each row, numbered from 0; a number for itself where a row stands alone.</param>
    /// <param name="fraction">The share, above 0 and below 1.</param>
    /// <param name="seed">Decides the draw.</param>
    /// <returns>For each row, whether it is kept aside.</returns>
    /// <exception cref="ArgumentException">There are fewer than two groups, so one side would be empty.</exception>
    public static bool[] Choose(ReadOnlySpan<int> groups, float fraction, ulong seed)
    {
        int groupCount = 0;
        foreach (int group in groups)
        {
            groupCount = Math.Max(groupCount, group + 1);
        }

        if (groupCount < 2)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A validation fraction of {fraction} needs at least two groups of rows to split, but there is {groupCount}. Give more rows, another group column, or a validation set."),
                nameof(groups));
        }

        int[] sizes = new int[groupCount];
        foreach (int group in groups)
        {
            sizes[group]++;
        }

        int wanted = Math.Clamp((int)Math.Round((double)fraction * groups.Length), 1, groups.Length - 1);
        bool[] aside = DrawGroups(sizes, wanted, seed);
        bool[] chosen = new bool[groups.Length];
        for (int row = 0; row < chosen.Length; row++)
        {
            chosen[row] = aside[groups[row]];
        }

        return chosen;
    }

    /// <summary>Draws groups that hold at most the wanted rows, fewer than all there are; or the smallest of at least two. So a group is left.</summary>
    private static bool[] DrawGroups(int[] sizes, int wanted, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, sizes.Length)];
        new SeededRandom(SeededRandom.Derive(seed, "validation split")).Shuffle(order.AsSpan());
        bool[] aside = new bool[sizes.Length];
        int rows = 0;
        foreach (int group in order)
        {
            if (rows + sizes[group] <= wanted)
            {
                aside[group] = true;
                rows += sizes[group];
            }
        }

        if (rows == 0)
        {
            aside[order.MinBy(group => sizes[group])] = true;
        }

        return aside;
    }
}
