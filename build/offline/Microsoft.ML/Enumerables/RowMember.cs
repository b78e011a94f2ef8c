using System.Linq.Expressions;
using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A public field or property of a user's row type.</summary>
/// <param name="Info">The field or property.</param>
/// <param name="Type">Type of its values.</param>
internal sealed record RowMember(MemberInfo Info, Type Type)
{
    private Delegate? _reader;
    private Delegate? _writer;

    /// <summary>The type of one item: the values' own, or for arrays and vectors the items'; text for strings.</summary>
    private Type ItemType
    {
        get
        {
            var item = Type.IsArray ? Type.GetElementType()! : IsVBuffer ? Type.GetGenericArguments()[0] : Type;
            return item == typeof(string) ? typeof(ReadOnlyMemory<char>) : item;
        }
    }

    private bool IsVBuffer => Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(VBuffer<>);

    private bool IsVector => Type.IsArray || IsVBuffer;

    /// <summary>The members that are columns: fields first, then properties that can be used in the direction.</summary>
    internal static IEnumerable<RowMember> Of(Type userType, SchemaDefinition.Direction direction)
    {
        var fields = userType.GetFields(BindingFlags.Public | BindingFlags.Instance)
            .Select(field => new RowMember(field, field.FieldType));
        var properties = userType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0
                && ((direction.HasFlag(SchemaDefinition.Direction.Read) && property.GetGetMethod() is not null)
                    || (direction.HasFlag(SchemaDefinition.Direction.Write) && property.GetSetMethod() is not null)))
            .Select(property => new RowMember(property, property.PropertyType));
        return fields.Concat(properties)
            .Where(member => member.Type != typeof(IChannel) && member.Info.GetCustomAttribute<NoColumnAttribute>() is null);
    }

    /// <summary>The member of that name.</summary>
    internal static RowMember Find(Type userType, string name)
    {
        if (userType.GetField(name) is FieldInfo field)
            return new RowMember(field, field.FieldType);
        if (userType.GetProperty(name) is PropertyInfo property)
            return new RowMember(property, property.PropertyType);
        throw new ArgumentOutOfRangeException(nameof(name), $"No field or property with name '{name}' found in type '{userType}'");
    }

    /// <summary>The type of the member's column, by its attributes.</summary>
    internal DataViewType ColumnType()
    {
        var item = ItemTypeOfColumn();
        var vector = Info.GetCustomAttribute<VectorTypeAttribute>();
        if (vector is not null && !IsVector)
            throw new ArgumentOutOfRangeException(
                nameof(Info), $"Member {Info.Name} marked with VectorTypeAttribute, but does not appear to be a vector type");
        if (!IsVector)
            return item;
        return vector is { Dimensions.Length: > 0 } ? new VectorDataViewType(item, vector.Dimensions) : new VectorDataViewType(item);
    }

    /// <summary>Whether the member can hold a column's values.</summary>
    internal bool Fits(DataViewType column) =>
        IsVector == column is VectorDataViewType && ColumnTypes.ItemType(column).RawType == ItemType;

    /// <summary>A function that reads the member of a row, compiled once.</summary>
    internal Func<TRow, TValue> Reader<TRow, TValue>()
    {
        if (_reader is Func<TRow, TValue> compiled)
            return compiled;
        var row = Expression.Parameter(typeof(TRow));
        var reader = Expression.Lambda<Func<TRow, TValue>>(Expression.MakeMemberAccess(row, Info), row).Compile();
        _reader = reader;
        return reader;
    }

    /// <summary>A function that writes the member of a row, compiled once.</summary>
    internal Action<TRow, TValue> Writer<TRow, TValue>()
    {
        if (_writer is Action<TRow, TValue> compiled)
            return compiled;
        var row = Expression.Parameter(typeof(TRow));
        var value = Expression.Parameter(typeof(TValue));
        var assignment = Expression.Assign(Expression.MakeMemberAccess(row, Info), value);
        var writer = Expression.Lambda<Action<TRow, TValue>>(assignment, row, value).Compile();
        _writer = writer;
        return writer;
    }

    private PrimitiveDataViewType ItemTypeOfColumn()
    {
        if (ColumnTypes.PrimitiveOrNull(ItemType) is not PrimitiveDataViewType item)
            throw new ArgumentOutOfRangeException(
                nameof(Info), $"Could not determine an IDataView type and registered custom types for member {Info.Name}");
        if (Info.GetCustomAttribute<KeyTypeAttribute>() is not KeyTypeAttribute key)
            return item;
        if (!KeyDataViewType.IsValidDataType(ItemType))
            throw new ArgumentOutOfRangeException(
                nameof(Info),
                $"Member {Info.Name} marked with KeyType attribute, but does not appear to be a valid kind of data for a key type");
        return new KeyDataViewType(ItemType, key.Count);
    }
}
