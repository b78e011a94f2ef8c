namespace Microsoft.ML.Data;

/// <summary>Computes an output row from an input row.</summary>
public interface IRowToRowMapper
{
    /// <summary>The schema of input rows, compared by reference.</summary>
    DataViewSchema InputSchema { get; }

    /// <summary>The schema of output rows.</summary>
    DataViewSchema OutputSchema { get; }

    /// <summary>The input columns needed for some output columns.</summary>
    IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns);

    /// <summary>A row that follows the input row and owns it.</summary>
    /// <param name="input">A row of <see cref="InputSchema"/>, with the columns needed active.</param>
    /// <param name="activeColumns">Columns of <see cref="OutputSchema"/> whose values will be asked for.</param>
    DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns);
}
