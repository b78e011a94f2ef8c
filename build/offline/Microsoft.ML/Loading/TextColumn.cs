using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>A column of a text loader: its type and the fields that make it.</summary>
internal sealed class TextColumn
{
    public TextColumn(TextLoader.Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (string.IsNullOrWhiteSpace(column.Name))
            throw new ArgumentOutOfRangeException(nameof(column), $"{nameof(column.Name)} cannot be whitespace");
        if (column.Source is null or [])
            throw new ArgumentOutOfRangeException(nameof(column), "Must specify some source column indices");
        Name = column.Name.Trim();
        ItemType = ItemTypeOf(column);
        Fields = [.. column.Source.SelectMany(FieldsOf)];
        if (Fields.Distinct().Count() < Fields.Length)
            throw new ArgumentOutOfRangeException(nameof(column), $"Intervals specified for column '{Name}' overlap");
        IsVector = Fields.Length > 1 || column.Source[0].IsVector;
        Type = IsVector ? new VectorDataViewType(ItemType, Fields.Length) : ItemType;
    }

    public string Name { get; }

    public DataViewType Type { get; }

    public PrimitiveDataViewType ItemType { get; }

    public bool IsVector { get; }

    /// <summary>The indices of the fields, in the order of the vector's items.</summary>
    public int[] Fields { get; }

    /// <summary>The column a field or property asks for with its <see cref="LoadColumnAttribute"/>.</summary>
    public static TextLoader.Column OfMember(MemberInfo member)
    {
        var kindOfMember = member is FieldInfo ? "Field" : "Property";
        var source = member.GetCustomAttribute<LoadColumnAttribute>()
            ?? throw new InvalidOperationException(
                $"{kindOfMember} '{member.Name}' is missing the {nameof(LoadColumnAttribute)} attribute");
        var type = member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;
        var kind = KindOf(type.IsArray ? type.GetElementType()! : type)
            ?? throw new InvalidOperationException($"{kindOfMember} {member.Name} is of unsupported type.");
        var key = member.GetCustomAttribute<KeyTypeAttribute>();
        return new TextLoader.Column(
            member.GetCustomAttribute<ColumnNameAttribute>(
                )?.Name ?? member.Name, kind, source.Sources, key is null ? null : new KeyCount(key.Count));
    }

    private static IEnumerable<int> FieldsOf(TextLoader.Range range)
    {
        var last = range.Max ?? range.Min;
        if (range.Min < 0 || last < range.Min)
            throw new ArgumentOutOfRangeException(
                nameof(range), $"A range of fields must not begin below 0 nor end before it begins, but is {range.Min} to {last}.");
        return Enumerable.Range(range.Min, last - range.Min + 1);
    }

    private static PrimitiveDataViewType ItemTypeOf(TextLoader.Column column)
    {
        var type = TypeOf(column.DataKind);
        if (column.KeyCount is not { } keyCount)
            return ColumnTypes.Primitive(type);
        ulong mostValues = column.DataKind switch
        {
            DataKind.Byte => byte.MaxValue,
            DataKind.UInt16 => ushort.MaxValue,
            DataKind.UInt32 => uint.MaxValue,
            DataKind.UInt64 => ulong.MaxValue,
            _ => throw new ArgumentOutOfRangeException(
                nameof(column), $"Bad item type for Key: column '{column.Name}' is {column.DataKind}"),
        };
        return new KeyDataViewType(type, keyCount.Count ?? mostValues);
    }

    private static Type TypeOf(DataKind kind) => kind switch
    {
        DataKind.SByte => typeof(sbyte),
        DataKind.Byte => typeof(byte),
        DataKind.Int16 => typeof(short),
        DataKind.UInt16 => typeof(ushort),
        DataKind.Int32 => typeof(int),
        DataKind.UInt32 => typeof(uint),
        DataKind.Int64 => typeof(long),
        DataKind.UInt64 => typeof(ulong),
        DataKind.Single => typeof(float),
        DataKind.Double => typeof(double),
        DataKind.String => typeof(string),
        DataKind.Boolean => typeof(bool),
        _ => throw Checks.NotInStandIn($"DataKind {kind}"),
    };

    private static DataKind? KindOf(Type type)
    {
        foreach (var kind in Enum.GetValues<DataKind>())
        {
            if (TypeOf(kind) == type)
                return kind;
        }
        return type == typeof(ReadOnlyMemory<char>) ? DataKind.String : null;
    }
}
