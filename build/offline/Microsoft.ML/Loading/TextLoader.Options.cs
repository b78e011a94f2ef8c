namespace Microsoft.ML.Data;

public sealed partial class TextLoader
{
    /// <summary>How lines are read. What ML.NET offers beyond these is not in the stand-in.</summary>
    public class Options
    {
        internal const char DefaultSeparator = '\t';

        /// <summary>Whether a field may be quoted with ", which hides separators; "" is one " inside. The default is false.</summary>
        public bool AllowQuoting;

        /// <summary>Must be false.</summary>
        public bool AllowSparse;

        /// <summary>What separates fields. The default is a tab.</summary>
        public char[] Separators = [DefaultSeparator];

        /// <summary>The columns; must be given.</summary>
        public Column[]? Columns;

        /// <summary>Whether white space at the end of a line is dropped. The default is false.</summary>
        public bool TrimWhitespace;

        /// <summary>Whether the first line of each file is a heading. The default is false.</summary>
        public bool HasHeader;

        /// <summary>The most rows to read; null for all.</summary>
        public long? MaxRows;

        /// <summary>Whether empty and missing floating-point fields are NaN instead of 0. The default is false.</summary>
        public bool MissingRealsAsNaNs;
    }
}
