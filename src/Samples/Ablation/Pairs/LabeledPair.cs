namespace Ablation.Pairs;

/// <summary>Two questions and whether they ask the same, under the column names that the trainer looks for.</summary>
internal sealed class LabeledPair
{
    public string Sentence1 { get; set; } = "";

    public string Sentence2 { get; set; } = "";

    public bool Label { get; set; }
}
