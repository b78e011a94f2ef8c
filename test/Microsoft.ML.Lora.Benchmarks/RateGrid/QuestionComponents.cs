namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>Which pairs hang together: pairs that share a question, directly or through others, are one component.</summary>
internal static class QuestionComponents
{
    /// <summary>The component of each pair, numbered from 0 in the order of the pairs. Questions are the same where their texts are.</summary>
    public static int[] Of(IReadOnlyList<(string First, string Second, int Label)> pairs)
    {
        var questions = new Dictionary<string, int>();
        var parents = new List<int>();
        int[] firsts = new int[pairs.Count];
        for (int i = 0; i < pairs.Count; i++)
        {
            firsts[i] = Question(pairs[i].First);
            int second = Root(parents, Question(pairs[i].Second));
            parents[second] = Root(parents, firsts[i]);
        }

        var numbers = new Dictionary<int, int>();
        return [.. firsts.Select(question => Number(Root(parents, question)))];

        int Question(string text)
        {
            if (!questions.TryGetValue(text, out int number))
            {
                number = parents.Count;
                questions.Add(text, number);
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

    private static int Root(List<int> parents, int question)
    {
        while (parents[question] != question)
        {
            parents[question] = parents[parents[question]];
            question = parents[question];
        }

        return question;
    }
}
