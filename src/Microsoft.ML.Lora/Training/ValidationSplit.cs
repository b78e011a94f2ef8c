using System.Globalization;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Training;

/// <summary>Keeps a share of the rows aside for validation.</summary>
internal static class ValidationSplit
{
    /// <summary>
    /// Chooses which rows are kept aside. Whole groups are drawn at random until the share is reached, so the share is exact
    /// only as far as the sizes of the groups allow.
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

        bool[] aside = DrawGroups(sizes, Math.Max(1, (int)Math.Round((double)fraction * groups.Length)), seed);
        bool[] chosen = new bool[groups.Length];
        for (int row = 0; row < chosen.Length; row++)
        {
            chosen[row] = aside[groups[row]];
        }

        return chosen;
    }

    /// <summary>Draws groups until they hold enough rows; at least one group is left.</summary>
    private static bool[] DrawGroups(int[] sizes, int wanted, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, sizes.Length)];
        new SeededRandom(SeededRandom.Derive(seed, "validation split")).Shuffle(order.AsSpan());
        bool[] aside = new bool[sizes.Length];
        int rows = 0;
        foreach (int group in order.AsSpan(0, order.Length - 1))
        {
            if (rows >= wanted)
            {
                break;
            }

            aside[group] = true;
            rows += sizes[group];
        }

        return aside;
    }
}
