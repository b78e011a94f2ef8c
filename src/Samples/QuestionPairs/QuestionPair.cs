using Microsoft.ML.Data;

namespace QuestionPairs;

/// <summary>A row of QQP as GLUE lays it out: id, qid1, qid2, question1, question2, is_duplicate.</summary>
internal sealed class QuestionPair
{
    [LoadColumn(3), ColumnName("Sentence1")]
    public string Question1 { get; set; } = "";

    [LoadColumn(4), ColumnName("Sentence2")]
    public string Question2 { get; set; } = "";

    [LoadColumn(5), ColumnName("Label")]
    public bool IsDuplicate { get; set; }
}
