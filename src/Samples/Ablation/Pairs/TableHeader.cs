namespace Ablation.Pairs;

/// <summary>The first line of a tab-separated file.</summary>
internal sealed class TableHeader
{
    private readonly string _path;
    private readonly string[] _names;

    private TableHeader(string path, string[] names) => (_path, _names) = (path, names);

    /// <summary>Reads it.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is empty.</exception>
    public static TableHeader Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file '{path}'.");
        }

        string line = File.ReadLines(path).FirstOrDefault()
            ?? throw new InvalidDataException($"{path} is empty, but needs a header line and pairs.");
        return new TableHeader(path, line.Split('\t'));
    }

    /// <summary>The number of a column, from 0.</summary>
    /// <param name="names">What it may be called, in the order of preference.</param>
    /// <exception cref="InvalidDataException">There is none of these names.</exception>
    public int IndexOf(params string[] names)
    {
        int index = names.Select(name => Array.FindIndex(_names, found => found.Equals(name, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(found => found >= 0, -1);
        return index >= 0
            ? index
            : throw new InvalidDataException(
                $"{_path} has the columns {string.Join(", ", _names.Select(name => $"'{name}'"))}, but none called {string.Join(" or ", names.Select(name => $"'{name}'"))}. "
                + "Pairs are tab-separated, with a header line: question1, question2, is_duplicate, in any order and among any others.");
    }
}
