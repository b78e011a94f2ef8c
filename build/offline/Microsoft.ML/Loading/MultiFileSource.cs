namespace Microsoft.ML.Data;

/// <summary>Files, read one after the other.</summary>
public sealed class MultiFileSource : IMultiStreamSource
{
    private readonly string[] _paths;

    /// <summary>The files at those paths, which need not exist yet; none for null.</summary>
    public MultiFileSource(params string[] paths)
    {
        _paths = paths is null or [null] ? [] : paths;
        if (Array.Find(_paths, path => path.Contains('*', StringComparison.Ordinal) && !File.Exists(path)) is { } pattern)
            throw Checks.NotInStandIn($"A pattern for several files, '{pattern}',");
    }

    /// <inheritdoc/>
    public int Count => _paths.Length;

    /// <inheritdoc/>
    public string GetPathOrNull(int index) => _paths[index];

    /// <inheritdoc/>
    public Stream Open(int index)
    {
        try
        {
            return File.OpenRead(_paths[index]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Could not open file '{_paths[index]}'. Error is: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public TextReader OpenTextReader(int index) => new StreamReader(Open(index));
}
