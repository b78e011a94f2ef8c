using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Text;

namespace Microsoft.ML;

/// <summary>Transforms that copy, keep and drop columns.</summary>
public static class TransformExtensionsCatalog
{
    /// <summary>Repeats a column under another name.</summary>
    public static ColumnCopyingEstimator CopyColumns(this TransformsCatalog catalog, string outputColumnName, string inputColumnName)
    {
        Checks.NonEmpty(inputColumnName);
        return new(ColumnPair.Create(outputColumnName, inputColumnName));
    }

    /// <summary>Drops columns and all that they hide.</summary>
    public static ColumnSelectingEstimator DropColumns(this TransformsCatalog catalog, params string[] columnNames) =>
        new(new ColumnSelectingTransformer(columnNames, drops: true, keepsHidden: true));

    /// <summary>Keeps columns, in the order given, and drops all others.</summary>
    public static ColumnSelectingEstimator SelectColumns(this TransformsCatalog catalog, params string[] columnNames) =>
        catalog.SelectColumns(columnNames, keepHidden: false);

    /// <summary>Keeps columns, in the order given, and drops all others.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="columnNames">The columns to keep.</param>
    /// <param name="keepHidden">Whether columns hidden by those are kept too.</param>
    public static ColumnSelectingEstimator SelectColumns(this TransformsCatalog catalog, string[] columnNames, bool keepHidden) =>
        new(new ColumnSelectingTransformer(columnNames, drops: false, keepHidden));
}

/// <summary>Transforms by a user's function.</summary>
public static class CustomMappingCatalog
{
    /// <summary>Runs a function over each row, which adds the columns of <typeparamref name="TDst"/>.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="mapAction">Reads the first object and writes the second; both are used again for the next row.</param>
    /// <param name="contractName">The name by which a saved model finds the function again; null if it will not be saved.</param>
    /// <param name="inputSchemaDefinition">Names of the input columns, if the members and their attributes do not say it.</param>
    /// <param name="outputSchemaDefinition">Names and types of the output columns, if the members and their attributes do not say it.</param>
    public static CustomMappingEstimator<TSrc, TDst> CustomMapping<TSrc, TDst>(
        this TransformsCatalog catalog,
        Action<TSrc, TDst> mapAction,
        string? contractName,
        SchemaDefinition? inputSchemaDefinition = null,
        SchemaDefinition? outputSchemaDefinition = null)
        where TSrc : class, new()
        where TDst : class, new() =>
        new(new CustomMappingTransformer<TSrc, TDst>(mapAction, contractName, inputSchemaDefinition, outputSchemaDefinition));
}

/// <summary>Transforms of text.</summary>
public static class TextCatalog
{
    /// <summary>Changes the case of letters and takes out marks, punctuation or digits.</summary>
    public static TextNormalizingEstimator NormalizeText(
        this TransformsCatalog.TextTransforms catalog,
        string outputColumnName,
        string? inputColumnName = null,
        TextNormalizingEstimator.CaseMode caseMode = TextNormalizingEstimator.CaseMode.Lower,
        bool keepDiacritics = false,
        bool keepPunctuations = true,
        bool keepNumbers = true) =>
        new(new TextNormalizingTransformer(
            ColumnPair.Create(outputColumnName, inputColumnName),
            new TextNormalization(caseMode, keepDiacritics, keepPunctuations, keepNumbers)));
}
