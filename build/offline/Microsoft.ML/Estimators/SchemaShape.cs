using System.Collections;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>What is known of a schema before data is seen: names and kinds of columns, but neither sizes nor counts.</summary>
public sealed class SchemaShape : IReadOnlyList<SchemaShape.Column>
{
    private readonly Column[] _columns;

    /// <summary>Creates a shape of columns.</summary>
    public SchemaShape(IEnumerable<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        _columns = [.. columns];
        if (_columns.Any(column => column.Name is null))
            throw new ArgumentOutOfRangeException(nameof(columns), "Some columns are uninitialized.");
    }

    /// <summary>The number of columns.</summary>
    public int Count => _columns.Length;

    /// <summary>The column at that index.</summary>
    public Column this[int index] => _columns[index];

    private static SchemaShape Empty { get; } = new([]);

    /// <inheritdoc/>
    public IEnumerator<Column> GetEnumerator() => _columns.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The shape of a schema without its hidden columns.</summary>
    internal static SchemaShape Create(DataViewSchema schema) => new(schema
        .Where(column => !column.IsHidden)
        .Select(column => new Column(column.Name, column.Type, Create(column.Annotations.Schema))));

    internal Column? Find(string name) => _columns.Where(column => column.Name == name).Select(column => (Column?)column).FirstOrDefault();

    /// <summary>The shape with some columns added, each in place of the one that has its name.</summary>
    internal SchemaShape With(IEnumerable<Column> added)
    {
        var columns = _columns.ToDictionary(column => column.Name);
        foreach (var column in added)
            columns[column.Name] = column;
        return new SchemaShape(columns.Values);
    }

    /// <summary>What is known of a column.</summary>
    public readonly struct Column
    {
        /// <summary>The name.</summary>
        public readonly string Name;

        /// <summary>Whether the column holds vectors.</summary>
        public readonly VectorKind Kind;

        /// <summary>The type of the values or, for vectors, of the items; a number type for keys.</summary>
        public readonly DataViewType ItemType;

        /// <summary>Whether the values, or the items, are keys.</summary>
        public readonly bool IsKey;

        /// <summary>The annotations.</summary>
        public readonly SchemaShape Annotations;

        internal Column(string name, DataViewType type, SchemaShape? annotations = null)
        {
            var vector = type as VectorDataViewType;
            var item = vector?.ItemType ?? type;
            Name = name;
            Kind = vector is null ? VectorKind.Scalar : vector.IsKnownSize ? VectorKind.Vector : VectorKind.VariableVector;
            IsKey = item is KeyDataViewType;
            ItemType = IsKey ? ColumnTypes.Primitive(item.RawType) : item;
            Annotations = annotations ?? Empty;
        }

        internal Column(string name, VectorKind kind, DataViewType itemType, bool isKey, SchemaShape? annotations = null)
        {
            Name = name;
            Kind = kind;
            ItemType = itemType;
            IsKey = isKey;
            Annotations = annotations ?? Empty;
        }

        /// <summary>Whether a column holds vectors.</summary>
        public enum VectorKind
        {
            /// <summary>Single values.</summary>
            Scalar,

            /// <summary>Vectors of one length.</summary>
            Vector,

            /// <summary>Vectors of several lengths.</summary>
            VariableVector,
        }

        internal Column Renamed(string name) => new(name, Kind, ItemType, IsKey, Annotations);

        internal string Describe()
        {
            var item = IsKey ? $"Key<{ItemType}>" : $"{ItemType}";
            return Kind switch
            {
                VectorKind.Vector => $"Vector<{item}>",
                VectorKind.VariableVector => $"VarVector<{item}>",
                _ => item,
            };
        }
    }
}
