using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Getters that bring a row up to date before they read it.</summary>
internal static class RefreshedGetters
{
    private static readonly MethodInfo TypedGetter =
        typeof(RefreshedGetters).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!;

    internal static Delegate Of(DataViewRow row, DataViewSchema.Column column, Action refresh) =>
        TypedGetter.MakeGenericMethod(column.Type.RawType)
            .CreateDelegate<Func<DataViewRow, DataViewSchema.Column, Action, Delegate>>()(row, column, refresh);

    private static ValueGetter<TValue> Typed<TValue>(DataViewRow row, DataViewSchema.Column column, Action refresh)
    {
        var getter = row.GetGetter<TValue>(column);
        return (ref TValue value) =>
        {
            refresh();
            getter(ref value);
        };
    }
}
