namespace Microsoft.ML.Data;

/// <summary>How lines become rows: the checked options of a text loader.</summary>
internal sealed class TextFormat
{
    public TextFormat(TextLoader.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.AllowSparse)
            throw Checks.NotInStandIn("TextLoader.Options.AllowSparse");
        if (options.Columns is null or [])
            throw Checks.NotInStandIn("A text loader without TextLoader.Options.Columns");
        if (options.MaxRows < 0)
            throw new ArgumentOutOfRangeException(
                nameof(options), $"{nameof(options.MaxRows)} must not be negative, but is {options.MaxRows}.");
        AllowsQuoting = options.AllowQuoting;
        TrimsLineEnd = options.TrimWhitespace;
        HasHeader = options.HasHeader;
        MaxRows = options.MaxRows ?? long.MaxValue;
        IsMissingRealNaN = options.MissingRealsAsNaNs;
        Separators = CheckedSeparators(options.Separators);
        Columns = Array.ConvertAll(options.Columns, column => new TextColumn(column));

        var schema = new DataViewSchema.Builder();
        foreach (var column in Columns)
            schema.AddColumn(column.Name, column.Type);
        Schema = schema.ToSchema();
    }

    public bool AllowsQuoting { get; }

    public bool TrimsLineEnd { get; }

    public bool HasHeader { get; }

    public long MaxRows { get; }

    public bool IsMissingRealNaN { get; }

    public string Separators { get; }

    /// <summary>In the order of the schema.</summary>
    public TextColumn[] Columns { get; }

    public DataViewSchema Schema { get; }

    private static string CheckedSeparators(char[] separators)
    {
        Checks.NonEmpty(separators);
        foreach (var separator in separators)
        {
            if ((separator < ' ' && separator != '\t') || char.IsAsciiDigit(separator) || separator == '"')
                throw new ArgumentOutOfRangeException(nameof(separators), $"Illegal separator: '{separator}'");
        }
        return new string(separators);
    }
}
