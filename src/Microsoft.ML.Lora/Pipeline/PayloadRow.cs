using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>What the mapping of a loaded model reads: the model itself, the same in every row, and the row's sentences.</summary>
internal sealed class PayloadRow
{
    // Text as memory: as a string, or bytes, the whole model would be copied for every row.
    [ColumnName(PayloadColumns.Payload)]
    public ReadOnlyMemory<char> Payload { get; set; }

    [ColumnName(PayloadColumns.First)]
    public ReadOnlyMemory<char> First { get; set; }

    [ColumnName(PayloadColumns.Second)]
    public ReadOnlyMemory<char> Second { get; set; }
}
