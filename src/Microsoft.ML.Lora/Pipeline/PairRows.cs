namespace Microsoft.ML.Lora.Pipeline;

/// <summary>What training read from a data view, row by row.</summary>
internal sealed class PairRows
{
    /// <summary>The two sentences of each row.</summary>
    public List<(string First, string Second)> Texts { get; } = [];

    /// <summary>The class of each row: 0 or 1.</summary>
    public List<int> Labels { get; } = [];

    /// <summary>The group of each row, numbered from 0 in order of appearance; every row its own group where there is no group column.</summary>
    public List<int> Groups { get; } = [];

    /// <summary>Number of rows.</summary>
    public int Count => Texts.Count;

    /// <summary><see cref="Groups"/>, numbered from 0 without gaps where only some of the rows are left.</summary>
    public int[] RenumberedGroups()
    {
        var numbers = new Dictionary<int, int>();
        foreach (int group in Groups)
        {
            numbers.TryAdd(group, numbers.Count);
        }

        return [.. Groups.Select(group => numbers[group])];
    }

    /// <summary>The rows for which <paramref name="chosen"/> has a value.</summary>
    public PairRows Where(bool[] chosen, bool value)
    {
        var part = new PairRows();
        for (int row = 0; row < Count; row++)
        {
            if (chosen[row] == value)
            {
                part.Texts.Add(Texts[row]);
                part.Labels.Add(Labels[row]);
                part.Groups.Add(Groups[row]);
            }
        }

        return part;
    }
}
