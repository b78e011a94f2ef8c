namespace Microsoft.ML.Lora.Training;

/// <summary>Which pairs hang together: pairs that share a sentence, directly or through others, are one component.</summary>
internal static class SentenceComponents
{
    /// <summary>The component of each pair, numbered from 0 in the order of the pairs. Sentences are the same where their texts are.</summary>
    public static int[] Of(IReadOnlyList<(string First, string Second)> pairs)
    {
        var sentences = new Dictionary<string, int>();
        var parents = new List<int>();
        int[] firsts = new int[pairs.Count];
        for (int i = 0; i < pairs.Count; i++)
        {
            firsts[i] = Sentence(pairs[i].First);
            int second = Root(parents, Sentence(pairs[i].Second));
            parents[second] = Root(parents, firsts[i]);
        }

        var numbers = new Dictionary<int, int>();
        return [.. firsts.Select(sentence => Number(Root(parents, sentence)))];

        int Sentence(string text)
        {
            if (!sentences.TryGetValue(text, out int number))
            {
                number = parents.Count;
                sentences.Add(text, number);
                parents.Add(number);
            }

            return number;
        }

        int Number(int root)
        {
            if (!numbers.TryGetValue(root, out int number))
            {
                number = numbers.Count;
                numbers.Add(root, number);
            }

            return number;
        }
    }

    /// <summary>The root of a sentence's tree, with its path halved.</summary>
    private static int Root(List<int> parents, int sentence)
    {
        while (parents[sentence] != sentence)
        {
            parents[sentence] = parents[parents[sentence]];
            sentence = parents[sentence];
        }

        return sentence;
    }
}
