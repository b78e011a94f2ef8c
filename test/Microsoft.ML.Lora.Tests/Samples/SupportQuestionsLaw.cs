using static Microsoft.ML.Lora.Tests.Samples.SupportQuestions;

namespace Microsoft.ML.Lora.Tests.Samples;

/// <summary>What the sample's data set promises in its README.</summary>
internal static class SupportQuestionsLaw
{
    private const int FewestIntents = 240;
    private const int FewestDomains = 12;
    private const int FewestQuestions = 6;
    private const int FewestPairs = 6000;
    private const int SiblingDistance = 2;
    private const double SmallestSiblingShare = 0.15;

    /// <summary>How the questions break it: one line for each case.</summary>
    public static IEnumerable<string> ViolationsOfQuestions(IReadOnlyList<Question> questions)
    {
        IGrouping<(string, string), Question>[] intents = [.. questions.GroupBy(question => (question.Domain, question.Intent))];
        int domains = questions.Select(question => question.Domain).Distinct().Count();
        if (intents.Length < FewestIntents) yield return $"There are {intents.Length} intents.";
        if (domains < FewestDomains) yield return $"There are {domains} domains.";

        foreach (IGrouping<(string, string), Question> intent in intents.Where(intent => intent.Count() < FewestQuestions))
        {
            yield return $"{intent.Key} has {intent.Count()} questions.";
        }

        // Equal but for case and punctuation is the same words in the same order.
        foreach (IGrouping<string, Question> same in questions.GroupBy(question => string.Join(' ', Words(question.Text).Order(StringComparer.Ordinal))).Where(same => same.Count() > 1))
        {
            yield return $"The same words: {string.Join(" | ", same.Select(question => question.Text))}";
        }

        foreach ((string First, string Second) near in intents.SelectMany(OneWordApart))
        {
            yield return $"One word apart: {near.First} | {near.Second}";
        }
    }

    /// <summary>How the pairs break it: one line for each case.</summary>
    public static IEnumerable<string> ViolationsOfPairs(SupportQuestions data)
    {
        Dictionary<string, Question> known = data.Questions.DistinctBy(question => question.Text).ToDictionary(question => question.Text);
        Dictionary<(string, string), int> places = data.Questions.Select(question => (question.Domain, question.Intent)).Distinct()
            .Select((intent, place) => (intent, place)).ToDictionary(item => item.intent, item => item.place);
        Pair[] pairs = [.. data.Train, .. data.Test];
        if (pairs.Length < FewestPairs) yield return $"There are {pairs.Length} pairs.";

        Pair[] unknown = [.. pairs.Where(pair => !known.ContainsKey(pair.First) || !known.ContainsKey(pair.Second))];
        foreach (Pair pair in unknown)
        {
            yield return $"Not in questions.tsv: {pair}";
        }

        if (unknown.Length > 0)
        {
            yield break;
        }

        int Place(string text) => places[(known[text].Domain, known[text].Intent)];
        HashSet<int> Places(IEnumerable<Pair> part) => [.. part.SelectMany(pair => new[] { Place(pair.First), Place(pair.Second) })];
        bool OfSiblings(Pair pair) => known[pair.First].Domain == known[pair.Second].Domain
            && Math.Abs(Place(pair.First) - Place(pair.Second)) is > 0 and <= SiblingDistance;

        foreach (Pair pair in pairs.Where(pair => pair.IsDuplicate != (Place(pair.First) == Place(pair.Second))))
        {
            yield return $"Wrong label: {pair}";
        }

        foreach (IGrouping<(string, string), Pair> twice in pairs.GroupBy(Unordered).Where(same => same.Count() > 1))
        {
            yield return $"Twice: {twice.First()}";
        }

        foreach (int place in Places(data.Train).Intersect(Places(data.Test)))
        {
            yield return $"In both parts: {places.Single(item => item.Value == place).Key}";
        }

        foreach ((string name, IReadOnlyList<Pair> part) in new[] { ("train", data.Train), ("test", data.Test) })
        {
            int siblings = part.Count(OfSiblings);
            if (siblings < SmallestSiblingShare * part.Count) yield return $"Of {part.Count} pairs in {name}, {siblings} are of siblings.";
        }
    }

    private static (string, string) Unordered(Pair pair) =>
        string.CompareOrdinal(pair.First, pair.Second) <= 0 ? (pair.First, pair.Second) : (pair.Second, pair.First);

    private static IEnumerable<(string First, string Second)> OneWordApart(IEnumerable<Question> intent)
    {
        (string Text, string[] Words)[] questions = [.. intent.Select(question => (question.Text, Words(question.Text)))];
        return from i in Enumerable.Range(0, questions.Length)
               from j in Enumerable.Range(0, i)
               let first = questions[j]
               let second = questions[i]
               where first.Words.Length == second.Words.Length
                   && first.Words.Zip(second.Words).Count(pair => pair.First != pair.Second) == 1
               select (first.Text, second.Text);
    }
}
