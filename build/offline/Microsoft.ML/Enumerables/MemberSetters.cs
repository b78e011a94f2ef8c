using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Functions that copy the values of a data view's row into members of a user's objects.</summary>
internal static class MemberSetters
{
    /// <summary>A function that copies a column of the row, whichever row that is then, into a member.</summary>
    internal static Action<TRow> Of<TRow>(DataViewRow row, DataViewSchema.Column column, RowMember member)
    {
        if (member.Type == typeof(string))
            return Text<TRow>(row, column, member);
        if (member.Type == typeof(string[]))
            return Texts<TRow>(row, column, member);
        var (name, type) = column.Type switch
        {
            VectorDataViewType vector when member.Type.IsArray => (nameof(Items), vector.ItemType.RawType),
            VectorDataViewType vector => (nameof(Vector), vector.ItemType.RawType),
            _ => (nameof(Value), column.Type.RawType),
        };
        return typeof(MemberSetters).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(typeof(TRow), type)
            .CreateDelegate<Func<DataViewRow, DataViewSchema.Column, RowMember, Action<TRow>>>()(row, column, member);
    }

    private static Action<TRow> Value<TRow, TValue>(DataViewRow row, DataViewSchema.Column column, RowMember member)
    {
        var getter = row.GetGetter<TValue>(column);
        var writer = member.Writer<TRow, TValue>();
        TValue value = default!;
        return target =>
        {
            getter(ref value);
            writer(target, value);
        };
    }

    private static Action<TRow> Text<TRow>(DataViewRow row, DataViewSchema.Column column, RowMember member)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        var writer = member.Writer<TRow, string>();
        var value = default(ReadOnlyMemory<char>);
        return target =>
        {
            getter(ref value);
            writer(target, value.ToString());
        };
    }

    private static Action<TRow> Texts<TRow>(DataViewRow row, DataViewSchema.Column column, RowMember member) =>
        ConvertedItems<TRow, ReadOnlyMemory<char>, string>(row, column, member, text => text.ToString());

    private static Action<TRow> Items<TRow, TItem>(DataViewRow row, DataViewSchema.Column column, RowMember member) =>
        ConvertedItems<TRow, TItem, TItem>(row, column, member, item => item);

    /// <summary>Fills the array that is there if it has the right length; a missing one counts as empty, and stays missing.</summary>
    private static Action<TRow> ConvertedItems<TRow, TSource, TItem>(
        DataViewRow row, DataViewSchema.Column column, RowMember member, Func<TSource, TItem> convert)
    {
        var getter = row.GetGetter<VBuffer<TSource>>(column);
        var reader = member.Reader<TRow, TItem[]?>();
        var writer = member.Writer<TRow, TItem[]?>();
        var value = default(VBuffer<TSource>);
        return target =>
        {
            getter(ref value);
            var items = reader(target);
            if ((items?.Length ?? 0) != value.Length)
                items = new TItem[value.Length];
            foreach (var (index, item) in value.Items(all: true))
                items![index] = convert(item);
            writer(target, items);
        };
    }

    private static Action<TRow> Vector<TRow, TItem>(DataViewRow row, DataViewSchema.Column column, RowMember member)
    {
        var getter = row.GetGetter<VBuffer<TItem>>(column);
        var reader = member.Reader<TRow, VBuffer<TItem>>();
        var writer = member.Writer<TRow, VBuffer<TItem>>();
        return target =>
        {
            var value = reader(target);
            getter(ref value);
            writer(target, value);
        };
    }
}
