namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>What changed between two texts, line by line, by their longest common subsequence.</summary>
internal static class LineDifferences
{
    /// <summary>Lines only in <paramref name="expected"/> with "- ", only in <paramref name="actual"/> with "+ ", in their order.</summary>
    public static IReadOnlyList<string> Between(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        int[,] common = CommonLengths(expected, actual);
        List<string> differences = [];
        int left = 0;
        int right = 0;
        while (left < expected.Count || right < actual.Count)
        {
            if (left < expected.Count && right < actual.Count && expected[left] == actual[right])
            {
                left++;
                right++;
            }
            else if (right == actual.Count || (left < expected.Count && common[left + 1, right] >= common[left, right + 1]))
            {
                differences.Add($"- {expected[left++]}");
            }
            else
            {
                differences.Add($"+ {actual[right++]}");
            }
        }

        return differences;
    }

    /// <summary>At (i, j): how many lines the rests from i and from j have in common.</summary>
    private static int[,] CommonLengths(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        int[,] common = new int[expected.Count + 1, actual.Count + 1];
        for (int left = expected.Count - 1; left >= 0; left--)
        {
            for (int right = actual.Count - 1; right >= 0; right--)
            {
                common[left, right] = expected[left] == actual[right]
                    ? common[left + 1, right + 1] + 1
                    : Math.Max(common[left + 1, right], common[left, right + 1]);
            }
        }

        return common;
    }
}
