using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>The schema of scored rows: the input's columns at their places, and the three outputs behind them.</summary>
internal sealed class ScoringSchema
{
    /// <param name="input">The schema of what is scored.</param>
    /// <param name="columns">Where the sentences are.</param>
    /// <exception cref="ArgumentException">A sentence column is missing or not text.</exception>
    public ScoringSchema(DataViewSchema input, PairColumns columns)
    {
        InputCheck.ForScoring(input, columns);
        Input = input;
        First = input[columns.First];
        Second = input[columns.Second];
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(OutputColumns.PredictedLabel, BooleanDataViewType.Instance);
        builder.AddColumn(OutputColumns.Score, NumberDataViewType.Single);
        builder.AddColumn(OutputColumns.Probability, NumberDataViewType.Single);
        Output = builder.ToSchema();
    }

    /// <summary>The schema of what is scored.</summary>
    public DataViewSchema Input { get; }

    /// <summary>The schema of scored rows.</summary>
    public DataViewSchema Output { get; }

    /// <summary>The first sentences, in <see cref="Input"/>.</summary>
    public DataViewSchema.Column First { get; }

    /// <summary>The second sentences, in <see cref="Input"/>.</summary>
    public DataViewSchema.Column Second { get; }

    /// <summary>Whether scoring, and not the input, fills a column of <see cref="Output"/>.</summary>
    public bool IsScored(DataViewSchema.Column output) => output.Index >= Input.Count;

    /// <summary>The input columns among some columns of <see cref="Output"/>, each once.</summary>
    public IEnumerable<DataViewSchema.Column> Passed(IEnumerable<DataViewSchema.Column> output) =>
        output.Where(column => !IsScored(column)).Select(column => Input[column.Index]).DistinctBy(column => column.Index);

    /// <summary>Some input columns and the two with the sentences, each once.</summary>
    public IEnumerable<DataViewSchema.Column> WithSentences(IEnumerable<DataViewSchema.Column> input) =>
        input.Append(First).Append(Second).DistinctBy(column => column.Index);
}
