using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Writes and reads column types, and values of them, in models.</summary>
internal static class ValueFormat
{
    private const string Key = "Key";
    private const string Vector = "Vector";

    internal static void WriteType(BinaryWriter writer, DataViewType type)
    {
        switch (type)
        {
            case KeyDataViewType key:
                writer.Write(Key);
                WriteType(writer, ColumnTypes.Primitive(key.RawType));
                writer.Write(key.Count);
                break;
            case VectorDataViewType vector:
                writer.Write(Vector);
                WriteType(writer, vector.ItemType);
                writer.Write(vector.Dimensions.Length);
                foreach (var dimension in vector.Dimensions)
                    writer.Write(dimension);
                break;
            default:
                if (!ColumnTypes.Primitives.Contains(type))
                    throw new NotSupportedException($"The offline stand-in for Microsoft.ML cannot save columns of {type}.");
                writer.Write(type.ToString()!);
                break;
        }
    }

    internal static DataViewType ReadType(BinaryReader reader)
    {
        var name = reader.ReadString();
        switch (name)
        {
            case Key:
                return new KeyDataViewType(ReadType(reader).RawType, reader.ReadUInt64());
            case Vector:
                var item = ReadPrimitiveType(reader);
                var rank = reader.ReadInt32();
                return rank is > 0 and <= 32
                    ? new VectorDataViewType(item, [.. Enumerable.Range(0, rank).Select(_ => reader.ReadInt32())])
                    : throw new FormatException($"The model holds a vector type of {rank} dimensions; save it again.");
            default:
                return Array.Find(ColumnTypes.Primitives, type => type.ToString() == name) ?? throw new FormatException(
                    $"The model holds a column type '{name}' that this build of the offline stand-in does not know.");
        }
    }

    internal static PrimitiveDataViewType ReadPrimitiveType(BinaryReader reader) => ReadType(reader) as PrimitiveDataViewType
        ?? throw new FormatException("The model holds a vector type where only a primitive one can be; save it again.");

    /// <summary>Writes one value of a primitive type.</summary>
    internal static void WriteValue<TValue>(BinaryWriter writer, TValue value)
    {
        switch (value)
        {
            case ReadOnlyMemory<char> text: writer.Write(text.ToString()); break;
            case bool flag: writer.Write(flag); break;
            case sbyte number: writer.Write(number); break;
            case byte number: writer.Write(number); break;
            case short number: writer.Write(number); break;
            case ushort number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case long number: writer.Write(number); break;
            case ulong number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case double number: writer.Write(number); break;
            default: throw new NotSupportedException($"The offline stand-in for Microsoft.ML cannot save values of {typeof(TValue)}.");
        }
    }

    /// <summary>Reads one value of a primitive type, which decides by its raw type.</summary>
    internal static TValue ReadValue<TValue>(BinaryReader reader)
    {
        object value = Type.GetTypeCode(typeof(TValue)) switch
        {
            TypeCode.Boolean => reader.ReadBoolean(),
            TypeCode.SByte => reader.ReadSByte(),
            TypeCode.Byte => reader.ReadByte(),
            TypeCode.Int16 => reader.ReadInt16(),
            TypeCode.UInt16 => reader.ReadUInt16(),
            TypeCode.Int32 => reader.ReadInt32(),
            TypeCode.UInt32 => reader.ReadUInt32(),
            TypeCode.Int64 => reader.ReadInt64(),
            TypeCode.UInt64 => reader.ReadUInt64(),
            TypeCode.Single => reader.ReadSingle(),
            TypeCode.Double => reader.ReadDouble(),
            _ => reader.ReadString().AsMemory(),
        };
        return (TValue)value;
    }

    /// <summary>Writes several values of a primitive type, and how many they are.</summary>
    internal static void WriteValues<TValue>(BinaryWriter writer, IReadOnlyCollection<TValue> values)
    {
        writer.Write(values.Count);
        foreach (var value in values)
            WriteValue(writer, value);
    }

    /// <summary>Reads what <see cref="WriteValues"/> wrote; the list grows only as values are found.</summary>
    internal static List<TValue> ReadValues<TValue>(BinaryReader reader)
    {
        var values = new List<TValue>();
        for (var left = reader.ReadInt32(); left > 0; left--)
            values.Add(ReadValue<TValue>(reader));
        return values;
    }
}
