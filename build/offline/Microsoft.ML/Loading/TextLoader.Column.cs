namespace Microsoft.ML.Data;

public sealed partial class TextLoader
{
    /// <summary>A column and the fields it is loaded from.</summary>
    public sealed class Column
    {
        /// <summary>A column to be described by its fields.</summary>
        public Column()
        {
        }

        /// <summary>A column of one field.</summary>
        public Column(string name, DataKind dataKind, int index) : this(name, dataKind, [new Range(index)])
        {
        }

        /// <summary>A vector of the fields from one index to another, both included.</summary>
        public Column(string name, DataKind dataKind, int minIndex, int maxIndex) : this(name, dataKind, [new Range(minIndex, maxIndex)])
        {
        }

        /// <summary>A column of the fields in those ranges; with a key count, a key whose fields hold its 0-based values.</summary>
        public Column(string name, DataKind dataKind, Range[] source, KeyCount? keyCount = null)
        {
            ArgumentNullException.ThrowIfNull(name);
            ArgumentNullException.ThrowIfNull(source);
            Name = name;
            DataKind = dataKind;
            Source = source;
            KeyCount = keyCount;
        }

        /// <summary>The column's name.</summary>
        public string? Name;

        /// <summary>The kind of its values; Single if nothing else is said.</summary>
        public DataKind DataKind { get; set; } = DataKind.Single;

        /// <summary>Its fields.</summary>
        public Range[]? Source;

        /// <summary>For a key, how many values it has.</summary>
        public KeyCount? KeyCount;
    }
}
