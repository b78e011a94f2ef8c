namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>A pair whose label and group have the types that a test wants.</summary>
internal sealed class Row<TLabel, TGroup>
{
    public string Sentence1 { get; set; } = "";

    public string Sentence2 { get; set; } = "";

    public required TLabel Label { get; set; }

    public required TGroup Group { get; set; }
}

/// <summary>Makes data views of such rows.</summary>
internal static class Row
{
    /// <summary>The pairs of <see cref="TinyPairs"/> with other labels and groups.</summary>
    public static IDataView Data<TLabel, TGroup>(MLContext ml, int count, Func<TinyPair, TLabel> label, Func<TinyPair, TGroup> group) =>
        ml.Data.LoadFromEnumerable(TinyPairs.Create(count).Select(pair => new Row<TLabel, TGroup>
        {
            Sentence1 = pair.Sentence1!,
            Sentence2 = pair.Sentence2!,
            Label = label(pair),
            Group = group(pair),
        }).ToArray());
}
