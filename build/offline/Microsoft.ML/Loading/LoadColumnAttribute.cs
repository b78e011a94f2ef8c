namespace Microsoft.ML.Data;

/// <summary>Names the fields of a line that a member is loaded from.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class LoadColumnAttribute : Attribute
{
    /// <summary>One field, by index from 0.</summary>
    public LoadColumnAttribute(int fieldIndex) => Sources = [new TextLoader.Range(fieldIndex)];

    /// <summary>Consecutive fields, both ends included, that make a vector.</summary>
    public LoadColumnAttribute(int start, int end) => Sources = [new TextLoader.Range(start, end)];

    /// <summary>Fields in that order, that make a vector.</summary>
    public LoadColumnAttribute(int[] columnIndexes) => Sources = Array.ConvertAll(columnIndexes, index => new TextLoader.Range(index));

    internal TextLoader.Range[] Sources { get; }
}
