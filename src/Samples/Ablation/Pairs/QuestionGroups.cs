namespace Ablation.Pairs;

/// <summary>Which questions must not be separated when pairs are kept aside.</summary>
internal static class QuestionGroups
{
    /// <summary>Questions that pairs link, directly or through others, are a group; its name is one of them.</summary>
    public static Func<string, string> Components(IReadOnlyList<LabeledPair> pairs)
    {
        var parent = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (LabeledPair pair in pairs)
        {
            string first = Root(parent, pair.Sentence1);
            string second = Root(parent, pair.Sentence2);
            (string low, string high) = string.CompareOrdinal(first, second) < 0 ? (first, second) : (second, first);
            parent[high] = low;
        }

        return question => Root(parent, question);
    }

    /// <summary>Questions of one domain are a group.</summary>
    /// <param name="path">A table with the columns <c>domain</c> and <c>question</c>.</param>
    /// <exception cref="InvalidDataException">A column is missing.</exception>
    public static Func<string, string> Subjects(string path)
    {
        TableHeader header = TableHeader.Read(path);
        (int domain, int question) = (header.IndexOf("domain"), header.IndexOf("question"));
        Dictionary<string, string> domains = File.ReadLines(path).Skip(1)
            .Select(line => line.Split('\t'))
            .ToDictionary(fields => fields[question], fields => fields[domain], StringComparer.Ordinal);
        return text => domains.TryGetValue(text, out string? found) ? found : throw new InvalidDataException($"{path} does not have the question '{text}'.");
    }

    private static string Root(Dictionary<string, string> parent, string question)
    {
        string root = question;
        while (parent.TryGetValue(root, out string? above) && above != root)
        {
            root = above;
        }

        // Everything on the way points at the root from now on, so that later ways are short.
        while (question != root)
        {
            (question, string passed) = (parent.TryGetValue(question, out string? above) ? above : root, question);
            parent[passed] = root;
        }

        parent[root] = root;
        return root;
    }
}
