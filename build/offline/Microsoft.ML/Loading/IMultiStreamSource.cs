namespace Microsoft.ML.Data;

/// <summary>Several streams, read one after the other.</summary>
public interface IMultiStreamSource
{
    /// <summary>The number of streams.</summary>
    int Count { get; }

    /// <summary>The path of a stream, or null if it has none.</summary>
    string GetPathOrNull(int index);

    /// <summary>Opens a stream.</summary>
    Stream Open(int index);

    /// <summary>Opens a stream as text.</summary>
    TextReader OpenTextReader(int index);
}
