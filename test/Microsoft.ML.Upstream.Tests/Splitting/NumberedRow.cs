using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Splitting;

/// <summary>A row that can be told from all others.</summary>
internal sealed class NumberedRow
{
    public int Id { get; set; }

    public string Group { get; set; } = "";

    public int GroupNumber { get; set; }

    public bool IsEven { get; set; }

    public float Value { get; set; }

    [VectorType(2)]
    public float[] Vector { get; set; } = [];

    /// <summary>That many rows, seven to a group.</summary>
    public static NumberedRow[] Create(int count) =>
        [.. Enumerable.Range(0, count).Select(index => new NumberedRow
        {
            Id = index,
            Group = $"group {index / 7}",
            GroupNumber = index / 7,
            IsEven = index % 2 == 0,
            Value = index,
            Vector = [index, -index],
        })];
}

/// <summary>Reads <see cref="NumberedRow"/>s back.</summary>
internal static class NumberedRows
{
    public static int[] Ids(this IDataView data) => [.. data.GetColumn<int>(nameof(NumberedRow.Id))];
}
