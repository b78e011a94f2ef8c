namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>Questions that are linked by pairs, directly or over others.</summary>
internal sealed class QuestionComponents
{
    private readonly Dictionary<string, string> _parent = [];
    private readonly Dictionary<string, int> _numbers = [];

    /// <summary>Says that two questions stand in one pair.</summary>
    public void Link(string first, string second) => _parent[RootOf(first)] = RootOf(second);

    /// <summary>The number of a question's component, counted from 0 in the order they are asked for; all links must be known.</summary>
    public int NumberOf(string question)
    {
        string root = RootOf(question);
        if (!_numbers.TryGetValue(root, out int number))
        {
            number = _numbers.Count;
            _numbers.Add(root, number);
        }

        return number;
    }

    private string RootOf(string question)
    {
        _parent.TryAdd(question, question);
        while (_parent[question] != question)
        {
            _parent[question] = _parent[_parent[question]];
            question = _parent[question];
        }

        return question;
    }
}
