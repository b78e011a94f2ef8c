using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Looks at the first rows of a view.</summary>
public static class DebuggerExtensions
{
    /// <summary>Copies the first rows.</summary>
    public static DataDebuggerPreview Preview(this IDataView data, int maxRows = DataDebuggerPreview.DefaultRows) => new(data, maxRows);

    /// <summary>Copies the first rows that the transformer makes of the data.</summary>
    public static DataDebuggerPreview Preview(this ITransformer transformer, IDataView data, int maxRows = DataDebuggerPreview.DefaultRows)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return new DataDebuggerPreview(transformer.Transform(data), maxRows);
    }
}
