using Microsoft.ML.Transforms;

namespace Microsoft.ML;

/// <summary>Transforms of one type of values into another.</summary>
public static class ConversionsExtensionsCatalog
{
    /// <summary>Replaces each value by the one that a table gives for it, or by 0, false or empty text if it is not in the table.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The new column.</param>
    /// <param name="keyValuePairs">The table, with no key twice.</param>
    /// <param name="inputColumnName">The column to map; the new column's name if null.</param>
    /// <param name="treatValuesAsKeyType">Not supported by the stand-in.</param>
    public static ValueMappingEstimator<TInputType, TOutputType> MapValue<TInputType, TOutputType>(
        this TransformsCatalog.ConversionTransforms catalog,
        string outputColumnName,
        IEnumerable<KeyValuePair<TInputType, TOutputType>> keyValuePairs,
        string? inputColumnName = null,
        bool treatValuesAsKeyType = false)
    {
        ArgumentNullException.ThrowIfNull(keyValuePairs);
        if (treatValuesAsKeyType)
            throw Checks.NotInStandIn($"{nameof(MapValue)} with {nameof(treatValuesAsKeyType)}");
        return new(new ValueMappingTransformer(ColumnPair.Create(outputColumnName, inputColumnName), ValueTable.Create(keyValuePairs)));
    }

    /// <summary>Replaces each value by a key, numbered over the values that occur in the data.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="outputColumnName">The new column.</param>
    /// <param name="inputColumnName">The column to map; the new column's name if null.</param>
    /// <param name="maximumNumberOfKeys">Values after that many are missing ones.</param>
    /// <param name="keyOrdinality">How the keys are numbered.</param>
    /// <param name="addKeyValueAnnotationsAsText">Whether the values are annotated as text; only for text in the stand-in.</param>
    /// <param name="keyData">Not supported by the stand-in.</param>
    public static ValueToKeyMappingEstimator MapValueToKey(
        this TransformsCatalog.ConversionTransforms catalog,
        string outputColumnName,
        string? inputColumnName = null,
        int maximumNumberOfKeys = 1_000_000,
        ValueToKeyMappingEstimator.KeyOrdinality keyOrdinality = ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence,
        bool addKeyValueAnnotationsAsText = false,
        IDataView? keyData = null)
    {
        if (keyData is not null)
            throw Checks.NotInStandIn($"{nameof(MapValueToKey)} with {nameof(keyData)}");
        return new(ColumnPair.Create(outputColumnName, inputColumnName), maximumNumberOfKeys, keyOrdinality, addKeyValueAnnotationsAsText);
    }

    /// <summary>Replaces each key by the value it stands for.</summary>
    public static KeyToValueMappingEstimator MapKeyToValue(
        this TransformsCatalog.ConversionTransforms catalog, string outputColumnName, string? inputColumnName = null) =>
        new(ColumnPair.Create(outputColumnName, inputColumnName));
}
