namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Reads labelled pairs from a data view.</summary>
internal static class PairRowReader
{
    /// <summary>Reads all rows. The columns are expected to have passed <see cref="InputCheck"/>.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="columns">Where the pairs are.</param>
    /// <param name="use">What the rows are for, in messages: training or validation.</param>
    /// <param name="cancellation">Looked at between rows.</param>
    /// <exception cref="ArgumentException">There is no row, a label is neither 0 nor 1, or only one class occurs.</exception>
    public static PairRows Read(IDataView data, PairColumns columns, string use, CancellationToken cancellation)
    {
        DataViewSchema.Column first = data.Schema[columns.First];
        DataViewSchema.Column second = data.Schema[columns.Second];
        DataViewSchema.Column label = data.Schema[columns.Label];
        DataViewSchema.Column? group = columns.Group is null ? null : data.Schema[columns.Group];
        DataViewSchema.Column[] needed = group is { } there ? [first, second, label, there] : [first, second, label];

        var rows = new PairRows();
        using DataViewRowCursor cursor = data.GetRowCursor(needed);
        ValueGetter<ReadOnlyMemory<char>> firstGetter = cursor.GetGetter<ReadOnlyMemory<char>>(first);
        ValueGetter<ReadOnlyMemory<char>> secondGetter = cursor.GetGetter<ReadOnlyMemory<char>>(second);
        Func<double> labelOf = LabelColumn.Reader(cursor, label);
        Func<string>? groupOf = group is { } column ? GroupColumn.Reader(cursor, column) : null;
        var groupNumbers = new Dictionary<string, int>(StringComparer.Ordinal);
        ReadOnlyMemory<char> text = default;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            firstGetter(ref text);
            string firstText = text.ToString();
            secondGetter(ref text);
            rows.Labels.Add(LabelColumn.ClassOf(labelOf(), rows.Count, columns.Label, use));
            rows.Texts.Add((firstText, text.ToString()));
            rows.Groups.Add(groupOf is null ? rows.Groups.Count : NumberOf(groupOf(), groupNumbers));
        }

        return rows.Count > 0 ? rows : throw new ArgumentException($"The {use} data has no rows.", nameof(data));
    }

    /// <summary>Refuses rows of one class only: nothing can be learned from them.</summary>
    /// <exception cref="ArgumentException">Only one class occurs.</exception>
    public static void RequireBothClasses(PairRows rows, PairColumns columns)
    {
        int positives = rows.Labels.Count(label => label == 1);
        if (positives == 0 || positives == rows.Count)
        {
            throw new ArgumentException(
                $"All {rows.Count} rows to train on have '{columns.Label}' = {(positives == 0 ? "false" : "true")}. Learning to tell pairs apart needs rows of both classes.",
                nameof(rows));
        }
    }

    private static int NumberOf(string group, Dictionary<string, int> numbers)
    {
        if (!numbers.TryGetValue(group, out int number))
        {
            number = numbers.Count;
            numbers.Add(group, number);
        }

        return number;
    }
}
