using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Reads a group column of any plain type as text, by which rows are put together.</summary>
internal static class GroupColumn
{
    private static readonly MethodInfo ReadMethod = typeof(GroupColumn).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>A function that reads the row the cursor stands on. Equal values give equal texts.</summary>
    public static Func<string> Reader(DataViewRow row, DataViewSchema.Column column) =>
        ReadMethod.MakeGenericMethod(column.Type.RawType).CreateDelegate<Func<DataViewRow, DataViewSchema.Column, Func<string>>>()(row, column);

    private static Func<string> Read<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        };
    }
}
