using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Getters that read members of a user's objects: strings as text, arrays as dense vectors, keys counted from 1.</summary>
internal static class MemberGetters
{
    /// <summary>A getter of the column's raw type that reads the member of the current row object.</summary>
    internal static Delegate Of<TRow>(RowColumn column, Func<TRow> currentRow) =>
        Generic(nameof(OfMember), typeof(TRow), column.Member.Type).CreateDelegate<Func<RowColumn, Func<TRow>, Delegate>>()(column, currentRow);

    /// <summary>A getter of the column's raw type over a function that gives the member's value.</summary>
    internal static Delegate Create<TValue>(DataViewType type, Func<TValue> read)
    {
        if (read is Func<string?> text)
            return (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> destination) => destination = text().AsMemory());
        if (read is Func<string?[]?> texts)
            return Texts(texts);
        if (type is VectorDataViewType vector)
        {
            var method = typeof(TValue).IsArray ? nameof(Array) : nameof(Vector);
            return Generic(method, vector.ItemType.RawType).CreateDelegate<Func<Delegate, Delegate>>()(read);
        }
        return (ValueGetter<TValue>)((ref TValue destination) => destination = read());
    }

    private static Delegate OfMember<TRow, TValue>(RowColumn column, Func<TRow> currentRow)
    {
        var reader = column.Member.Reader<TRow, TValue>();
        return column.Type is KeyDataViewType key
            ? Key(() => reader(currentRow()), key.Count)
            : Create(column.Type, () => reader(currentRow()));
    }

    private static ValueGetter<TValue> Key<TValue>(Func<TValue> read, ulong count) => (ref TValue destination) =>
    {
        var value = Convert.ToUInt64(read(), provider: null);
        destination = (TValue)Convert.ChangeType(value < count ? value + 1 : 0, typeof(TValue), provider: null);
    };

    private static Delegate Texts(Func<string?[]?> read) =>
        (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)((ref VBuffer<ReadOnlyMemory<char>> destination) =>
        {
            var values = read() ?? [];
            var editor = VBufferEditor.Create(ref destination, values.Length);
            for (var index = 0; index < values.Length; index++)
                editor.Values[index] = values[index].AsMemory();
            destination = editor.Commit();
        });

    private static Delegate Array<TItem>(Delegate read)
    {
        var typed = (Func<TItem[]?>)read;
        return (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> destination) =>
        {
            var values = typed().AsSpan();
            var editor = VBufferEditor.Create(ref destination, values.Length);
            values.CopyTo(editor.Values);
            destination = editor.Commit();
        });
    }

    private static Delegate Vector<TItem>(Delegate read)
    {
        var typed = (Func<VBuffer<TItem>>)read;
        return (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> destination) => typed().CopyTo(ref destination));
    }

    private static MethodInfo Generic(string name, params Type[] types) =>
        typeof(MemberGetters).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(types);
}
