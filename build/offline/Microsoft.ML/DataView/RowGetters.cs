using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Getters whose value type is known only at run time.</summary>
internal static class RowGetters
{
    private static readonly MethodInfo TypedGetter =
        typeof(RowGetters).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The row's getter of a column, as a <see cref="ValueGetter{TValue}"/> of the column's raw type.</summary>
    internal static Delegate Of(DataViewRow row, DataViewSchema.Column column) =>
        TypedGetter.MakeGenericMethod(column.Type.RawType).CreateDelegate<Func<DataViewRow, DataViewSchema.Column, Delegate>>()(row, column);

    /// <summary>The getter of an active column as one of the type asked for.</summary>
    /// <exception cref="InvalidOperationException">The column holds another type.</exception>
    internal static ValueGetter<TValue> Cast<TValue>(Delegate getter, DataViewSchema.Column column) =>
        getter as ValueGetter<TValue> ?? throw new InvalidOperationException(
            $"Invalid TValue in GetGetter: column '{column.Name}' holds {column.Type.RawType}, but {typeof(TValue)} was asked for.");

    /// <summary>Says that a column is not active, and what to do.</summary>
    internal static string Inactive(DataViewSchema.Column column) =>
        $"Column '{column.Name}' is not active: name it among the columns needed when asking for the cursor or row.";

    private static Delegate Typed<TValue>(DataViewRow row, DataViewSchema.Column column) => row.GetGetter<TValue>(column);
}
