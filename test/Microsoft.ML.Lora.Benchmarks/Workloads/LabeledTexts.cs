namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>Sentence pairs with their classes, 0 or 1.</summary>
/// <param name="Pairs">The sentences.</param>
/// <param name="Labels">The class of each pair.</param>
internal sealed record LabeledTexts(IReadOnlyList<(string First, string Second)> Pairs, int[] Labels)
{
    public static LabeledTexts Of(IReadOnlyList<(string First, string Second, int Label)> rows) =>
        new([.. rows.Select(row => (row.First, row.Second))], [.. rows.Select(row => row.Label)]);
}
