using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Writes and reads a schema with its annotations, whose own annotations are left out.</summary>
internal static class SchemaFormat
{
    internal static void Write(BinaryWriter writer, DataViewSchema schema)
    {
        writer.Write(schema.Count);
        foreach (var column in schema)
        {
            writer.Write(column.Name);
            ValueFormat.WriteType(writer, column.Type);
            WriteAnnotations(writer, column.Annotations);
        }
    }

    internal static DataViewSchema Read(BinaryReader reader)
    {
        var builder = new DataViewSchema.Builder();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var name = reader.ReadString();
            var type = ValueFormat.ReadType(reader);
            builder.AddColumn(name, type, ReadAnnotations(reader));
        }
        return builder.ToSchema();
    }

    private static void WriteAnnotations(BinaryWriter writer, DataViewSchema.Annotations annotations)
    {
        writer.Write(annotations.Schema.Count);
        foreach (var annotation in annotations.Schema)
        {
            writer.Write(annotation.Name);
            ValueFormat.WriteType(writer, annotation.Type);
            var method = annotation.Type is VectorDataViewType ? nameof(WriteVector) : nameof(WriteScalar);
            Generic(method, annotation.Type)
                .CreateDelegate<Action<BinaryWriter, DataViewSchema.Annotations, DataViewSchema.Column>>()(writer, annotations, annotation);
        }
    }

    private static DataViewSchema.Annotations ReadAnnotations(BinaryReader reader)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var name = reader.ReadString();
            var type = ValueFormat.ReadType(reader);
            var method = type is VectorDataViewType ? nameof(ReadVector) : nameof(ReadScalar);
            builder.Add(name, type, Generic(method, type).CreateDelegate<Func<BinaryReader, Delegate>>()(reader));
        }
        return builder.ToAnnotations();
    }

    private static void WriteScalar<TValue>(BinaryWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        TValue value = default!;
        annotations.GetGetter<TValue>(annotation)(ref value);
        ValueFormat.WriteValue(writer, value);
    }

    private static void WriteVector<TValue>(BinaryWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        var value = default(VBuffer<TValue>);
        annotations.GetGetter<VBuffer<TValue>>(annotation)(ref value);
        ValueFormat.WriteValues(writer, value.DenseValues().ToArray());
    }

    private static ValueGetter<TValue> ReadScalar<TValue>(BinaryReader reader)
    {
        var value = ValueFormat.ReadValue<TValue>(reader);
        return (ref TValue destination) => destination = value;
    }

    private static ValueGetter<VBuffer<TValue>> ReadVector<TValue>(BinaryReader reader)
    {
        var values = ValueFormat.ReadValues<TValue>(reader).ToArray();
        return (ref VBuffer<TValue> destination) => new VBuffer<TValue>(values.Length, values).CopyTo(ref destination);
    }

    private static MethodInfo Generic(string name, DataViewType type) =>
        typeof(SchemaFormat).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(ColumnTypes.ItemType(type).RawType);
}
