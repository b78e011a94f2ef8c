using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>The key under which a value mapping keeps a model: the same in every row.</summary>
internal sealed class PayloadKey
{
    /// <summary>The one key there is.</summary>
    public const int Only = 1;

    [ColumnName(PayloadColumns.Key)]
    public int Key { get; set; }
}
