using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>How the members of a type become columns; change names and types before use where the attributes are not enough.</summary>
public sealed class SchemaDefinition : List<SchemaDefinition.Column>
{
    private SchemaDefinition()
    {
    }

    /// <summary>What the members are used for.</summary>
    [Flags]
    public enum Direction
    {
        /// <summary>They are read.</summary>
        Read = 1,

        /// <summary>They are written.</summary>
        Write = 2,

        /// <summary>They are read and written.</summary>
        Both = Read | Write,
    }

    /// <summary>The column of that name; null if there is none.</summary>
    public Column this[string columnName]
    {
        get => this.FirstOrDefault(column => column.ColumnName == columnName)!;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.ColumnName != columnName)
                throw new ArgumentOutOfRangeException(nameof(columnName), $"The column is named '{value.ColumnName}', not '{columnName}'.");
            var index = FindIndex(column => column.ColumnName == columnName);
            if (index >= 0)
                this[index] = value;
            else
                Add(value);
        }
    }

    /// <summary>A column for each public field, and each public property that can be used in the direction.</summary>
    public static SchemaDefinition Create(Type userType, Direction direction = Direction.Both)
    {
        ArgumentNullException.ThrowIfNull(userType);
        var definition = new SchemaDefinition();
        foreach (var member in RowMember.Of(userType, direction))
        {
            var name = member.Info.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? member.Info.Name;
            if (definition.Any(column => column.ColumnName == name))
                throw new ArgumentOutOfRangeException(nameof(userType), $"Duplicate column name '{name}' detected, this is disallowed");
            definition.Add(new Column(member.Info.Name, name, member.ColumnType()));
        }
        return definition;
    }

    /// <summary>A member's column.</summary>
    public sealed class Column
    {
        private readonly Dictionary<string, (DataViewType Type, Delegate Getter)> _annotations = [];

        internal Column(string memberName, string columnName, DataViewType columnType)
        {
            MemberName = memberName;
            ColumnName = columnName;
            ColumnType = columnType;
        }

        /// <summary>The member.</summary>
        public string MemberName { get; }

        /// <summary>The column's name.</summary>
        public string ColumnName { get; set; }

        /// <summary>The column's type.</summary>
        public DataViewType ColumnType { get; set; }

        /// <summary>The column's annotations.</summary>
        public DataViewSchema.Annotations Annotations
        {
            get
            {
                var builder = new DataViewSchema.Annotations.Builder();
                foreach (var (kind, annotation) in _annotations)
                    builder.Add(kind, annotation.Type, annotation.Getter);
                return builder.ToAnnotations();
            }
        }

        /// <summary>Adds an annotation.</summary>
        /// <param name="kind">Its name.</param>
        /// <param name="value">A primitive value, text, or an array or vector of them.</param>
        /// <param name="annotationType">Its type.</param>
        public void AddAnnotation<T>(string kind, T value, DataViewType annotationType)
        {
            ArgumentNullException.ThrowIfNull(kind);
            ArgumentNullException.ThrowIfNull(annotationType);
            AddAnnotation(kind, annotationType, MemberGetters.Create(annotationType, () => value));
        }

        internal void AddAnnotation(string kind, DataViewType type, Delegate getter)
        {
            if (!_annotations.TryAdd(kind, (type, getter)))
                throw new InvalidOperationException($"Column '{ColumnName}' already has an annotation '{kind}'.");
        }
    }
}
