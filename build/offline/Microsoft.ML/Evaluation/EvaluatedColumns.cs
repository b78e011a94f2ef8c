namespace Microsoft.ML.Data;

/// <summary>Finds the columns an evaluator reads and checks their types, with ML.NET's exceptions.</summary>
internal static class EvaluatedColumns
{
    /// <summary>The column of that name, or ArgumentOutOfRangeException naming the column and the role it was to play.</summary>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name, string role) => schema.GetColumnOrNull(name)
        ?? throw new ArgumentOutOfRangeException(nameof(schema), $"{name} column '{role}' not found");

    /// <summary>Throws ArgumentOutOfRangeException unless <paramref name="isExpected"/>.</summary>
    /// <param name="isExpected">Whether the column's type is one the evaluator takes.</param>
    /// <param name="column">The column that was checked.</param>
    /// <param name="role">What the column is to the evaluator: label, score, probability.</param>
    /// <param name="expected">The types the evaluator takes.</param>
    public static void Require(bool isExpected, DataViewSchema.Column column, string role, string expected)
    {
        if (!isExpected)
            throw Checks.WrongType(role, column.Name, expected, $"{column.Type}", "schema");
    }
}
