using Microsoft.ML.Data;

namespace GpuTraining;

/// <summary>A row of the sample's data: two questions to a support desk, and whether they ask the same.</summary>
internal sealed class QuestionPair
{
    [LoadColumn(0), ColumnName("Sentence1")]
    public string Question1 { get; set; } = "";

    [LoadColumn(1), ColumnName("Sentence2")]
    public string Question2 { get; set; } = "";

    [LoadColumn(2), ColumnName("Label")]
    public bool IsDuplicate { get; set; }
}
