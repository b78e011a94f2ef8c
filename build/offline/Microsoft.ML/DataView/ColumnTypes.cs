namespace Microsoft.ML.Data;

/// <summary>Finds column types for .NET types.</summary>
internal static class ColumnTypes
{
    /// <summary>Every primitive type but keys.</summary>
    internal static readonly PrimitiveDataViewType[] Primitives =
    [
        TextDataViewType.Instance, BooleanDataViewType.Instance,
        NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16,
        NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64,
        NumberDataViewType.Single, NumberDataViewType.Double,
    ];

    /// <summary>The primitive type whose values the .NET type holds, or null; <see cref="string"/> holds text.</summary>
    internal static PrimitiveDataViewType? PrimitiveOrNull(Type type) =>
        Array.Find(Primitives, primitive => primitive.RawType == (type == typeof(string) ? typeof(ReadOnlyMemory<char>) : type));

    /// <summary>The primitive type whose values the .NET type holds.</summary>
    internal static PrimitiveDataViewType Primitive(Type type) => PrimitiveOrNull(type)
        ?? throw new NotSupportedException($"The offline stand-in for Microsoft.ML has no columns of {type}.");

    /// <summary>The type of the items of a vector, or the type itself.</summary>
    internal static PrimitiveDataViewType ItemType(DataViewType type) => type as PrimitiveDataViewType ?? ((VectorDataViewType)type).ItemType;
}
