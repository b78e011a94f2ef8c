using System.Globalization;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Reads a label column, whatever number type it has.</summary>
internal static class LabelColumn
{
    /// <summary>A function that reads the row the cursor stands on: 0 or 1 for false or true, and a number as it is.</summary>
    public static Func<double> Reader(DataViewRow row, DataViewSchema.Column column) => column.Type.RawType switch
    {
        Type type when type == typeof(bool) => Read<bool>(row, column, value => value ? 1 : 0),
        Type type when type == typeof(float) => Read<float>(row, column, value => value),
        Type type when type == typeof(double) => Read<double>(row, column, value => value),
        Type type when type == typeof(sbyte) => Read<sbyte>(row, column, value => value),
        Type type when type == typeof(short) => Read<short>(row, column, value => value),
        Type type when type == typeof(int) => Read<int>(row, column, value => value),
        Type type when type == typeof(long) => Read<long>(row, column, value => value),
        Type type when type == typeof(byte) => Read<byte>(row, column, value => value),
        Type type when type == typeof(ushort) => Read<ushort>(row, column, value => value),
        Type type when type == typeof(uint) => Read<uint>(row, column, value => value),
        Type type when type == typeof(ulong) => Read<ulong>(row, column, value => value),
        _ => throw new InvalidOperationException($"Label column '{column.Name}' of type {column.Type} passed the input check."),
    };

    /// <summary>The class that a label's number means.</summary>
    /// <param name="value">The number.</param>
    /// <param name="row">Its row, counted from 0.</param>
    /// <param name="column">Its column.</param>
    /// <param name="use">What the rows are for, in messages: training, say.</param>
    /// <exception cref="ArgumentException">The number is neither 0 nor 1.</exception>
    public static int ClassOf(double value, int row, string column, string use) => value switch
    {
        0 => 0,
        1 => 1,
        _ => throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture,
            $"Column '{column}' has the value {value} in row {row} (counted from 0) of the {use} data. A label must be 0 or 1, or false or true; drop rows whose label is missing.")),
    };

    private static Func<double> Read<T>(DataViewRow row, DataViewSchema.Column column, Func<T, double> convert)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return convert(value);
        };
    }
}
