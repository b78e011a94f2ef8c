using static Microsoft.ML.Lora.Tests.Samples.SupportQuestions;

namespace Microsoft.ML.Lora.Tests.Samples;

/// <summary>How well the words two questions share tell whether they ask for the same: "yes" from a threshold on.</summary>
internal sealed class WordOverlap
{
    private readonly SupportQuestions _data;
    private readonly Dictionary<string, double> _rarity;
    private readonly double _unseenRarity;

    /// <summary>Counts the words of the training questions.</summary>
    public WordOverlap(SupportQuestions data)
    {
        _data = data;
        string[] questions = [.. data.Train.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct()];
        _rarity = questions.SelectMany(question => Words(question).Distinct()).CountBy(word => word)
            .ToDictionary(count => count.Key, count => Math.Log((double)questions.Length / count.Value));
        _unseenRarity = Math.Log(questions.Length);
    }

    /// <summary>Shared words among all words.</summary>
    public static double Jaccard(string first, string second)
    {
        HashSet<string> words = [.. Words(first)];
        HashSet<string> others = [.. Words(second)];
        return (double)words.Intersect(others).Count() / words.Union(others).Count();
    }

    /// <summary>Shared words among those of the question that has fewer.</summary>
    public static double OverlapCoefficient(string first, string second)
    {
        HashSet<string> words = [.. Words(first)];
        HashSet<string> others = [.. Words(second)];
        return (double)words.Intersect(others).Count() / Math.Min(words.Count, others.Count);
    }

    /// <summary>The cosine of the two bags of words, each word weighted by how few training questions have it.</summary>
    public double RarityCosine(string first, string second)
    {
        Dictionary<string, double> one = Bag(first);
        Dictionary<string, double> other = Bag(second);
        double product = one.Sum(item => item.Value * other.GetValueOrDefault(item.Key));
        double norms = Math.Sqrt(one.Values.Sum(value => value * value) * other.Values.Sum(value => value * value));
        return norms > 0 ? product / norms : 0;
    }

    /// <summary>Accuracy on the test pairs, with the threshold that is best on the training pairs, and with that which is best on the test pairs.</summary>
    public (double FromTrain, double Best) Accuracies(Func<string, string, double> likeness)
    {
        (double Likeness, bool IsDuplicate)[] train = Scored(_data.Train, likeness);
        (double Likeness, bool IsDuplicate)[] test = Scored(_data.Test, likeness);
        return (Accuracy(test, BestThreshold(train)), Accuracy(test, BestThreshold(test)));
    }

    private static (double Likeness, bool IsDuplicate)[] Scored(IEnumerable<Pair> pairs, Func<string, string, double> likeness) =>
        [.. pairs.Select(pair => (likeness(pair.First, pair.Second), pair.IsDuplicate))];

    private static double BestThreshold((double Likeness, bool IsDuplicate)[] scored)
    {
        int gain = 0;
        (int Gain, double Threshold) best = (0, double.PositiveInfinity);
        foreach (var same in scored.GroupBy(pair => pair.Likeness).OrderByDescending(same => same.Key))
        {
            gain += same.Sum(pair => pair.IsDuplicate ? 1 : -1);
            best = gain > best.Gain ? (gain, same.Key) : best;
        }

        return best.Threshold;
    }

    private static double Accuracy((double Likeness, bool IsDuplicate)[] scored, double threshold) =>
        scored.Count(pair => pair.Likeness >= threshold == pair.IsDuplicate) / (double)scored.Length;

    private Dictionary<string, double> Bag(string text) =>
        Words(text).CountBy(word => word).ToDictionary(count => count.Key, count => count.Value * _rarity.GetValueOrDefault(count.Key, _unseenRarity));
}
