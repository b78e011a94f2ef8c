namespace Microsoft.ML;

/// <summary>An output column and the input column it is made of.</summary>
/// <param name="Output">Name of the output column.</param>
/// <param name="Input">Name of the input column.</param>
internal readonly record struct ColumnPair(string Output, string Input)
{
    /// <summary>A pair of checked names; the input has the output's name if none is given.</summary>
    internal static ColumnPair Create(string outputColumnName, string? inputColumnName)
    {
        Checks.NonEmpty(outputColumnName);
        if (inputColumnName is not null)
            Checks.NonEmpty(inputColumnName);
        return new ColumnPair(outputColumnName, inputColumnName ?? outputColumnName);
    }

    internal static ColumnPair Read(ModelLoadContext context) => new(context.Reader.ReadString(), context.Reader.ReadString());

    internal void Write(ModelSaveContext context)
    {
        context.Writer.Write(Output);
        context.Writer.Write(Input);
    }
}
