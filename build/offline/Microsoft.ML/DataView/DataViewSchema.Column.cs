using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>A column of a schema.</summary>
    public readonly struct Column
    {
        internal Column(DetachedColumn column, int index, bool isHidden)
        {
            Name = column.Name;
            Index = index;
            IsHidden = isHidden;
            Type = column.Type;
            Annotations = column.Annotations;
        }

        /// <summary>The name; several columns may share it, and then all but the last are hidden.</summary>
        public string Name { get; }

        /// <summary>The place in the schema.</summary>
        public int Index { get; }

        /// <summary>Whether a later column has the same name.</summary>
        public bool IsHidden { get; }

        /// <summary>The type of the values.</summary>
        public DataViewType Type { get; }

        /// <summary>What else is known of the column.</summary>
        public Annotations Annotations { get; }

        /// <inheritdoc/>
        public override string ToString() => Annotations.Schema.Count == 0
            ? $"{Name}: {Type}"
            : $"{Name}: {Type} {{{Annotations}}}";
    }

    /// <summary>A column that belongs to no schema yet.</summary>
    public readonly struct DetachedColumn
    {
        /// <summary>Creates a column.</summary>
        public DetachedColumn(string name, DataViewType type, Annotations? annotations = null)
        {
            if (string.IsNullOrEmpty(name))
                throw new ArgumentNullException(nameof(name));
            ArgumentNullException.ThrowIfNull(type);
            Name = name;
            Type = type;
            Annotations = annotations ?? Annotations.Empty;
        }

        /// <summary>Copies a column out of its schema.</summary>
        public DetachedColumn(Column column) : this(column.Name, column.Type, column.Annotations)
        {
        }

        /// <summary>The name.</summary>
        public string Name { get; }

        /// <summary>The type of the values.</summary>
        public DataViewType Type { get; }

        /// <summary>What else is known of the column.</summary>
        public Annotations Annotations { get; }
    }

    /// <summary>Collects columns for a schema.</summary>
    public sealed class Builder
    {
        private readonly List<DetachedColumn> _columns = [];

        /// <summary>Adds a column after those added so far.</summary>
        public void AddColumn(string name, DataViewType type, Annotations? annotations = null) =>
            _columns.Add(new DetachedColumn(name, type, annotations));

        /// <summary>Adds columns in order.</summary>
        public void AddColumns(IEnumerable<Column> source) => _columns.AddRange(source.Select(column => new DetachedColumn(column)));

        /// <summary>Adds columns in order.</summary>
        public void AddColumns(IEnumerable<DetachedColumn> source) => _columns.AddRange(source);

        /// <summary>A schema of the columns added so far.</summary>
        public DataViewSchema ToSchema() => new(_columns);
    }
}
