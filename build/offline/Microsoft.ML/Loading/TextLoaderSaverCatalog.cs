using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Loads text files.</summary>
public static class TextLoaderSaverCatalog
{
    /// <summary>A loader of those columns.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="separatorChar">What separates fields.</param>
    /// <param name="hasHeader">Whether the first line of each file is a heading.</param>
    /// <param name="dataSample">Not needed here, as every column says its fields.</param>
    /// <param name="allowQuoting">Whether fields may be quoted.</param>
    /// <param name="trimWhitespace">Whether white space at the end of a line is dropped.</param>
    /// <param name="allowSparse">Must be false.</param>
    public static TextLoader CreateTextLoader(
        this DataOperationsCatalog catalog,
        TextLoader.Column[] columns,
        char separatorChar = TextLoader.Options.DefaultSeparator,
        bool hasHeader = false,
        IMultiStreamSource? dataSample = null,
        bool allowQuoting = false,
        bool trimWhitespace = false,
        bool allowSparse = false) =>
        CreateTextLoader(catalog, OptionsOf(columns, separatorChar, hasHeader, allowQuoting, trimWhitespace, allowSparse), dataSample);

    /// <summary>A loader with those options.</summary>
    public static TextLoader CreateTextLoader(
        this DataOperationsCatalog catalog, TextLoader.Options options, IMultiStreamSource? dataSample = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new TextLoader(catalog.Environment, options);
    }

    /// <summary>A loader of the columns that the public fields and properties of a type ask for, fields first.</summary>
    /// <inheritdoc cref="CreateTextLoader(DataOperationsCatalog, TextLoader.Column[], char, bool, IMultiStreamSource, bool, bool, bool)"/>
    /// <typeparam name="TInput">Each of its public members has a <see cref="LoadColumnAttribute"/>.</typeparam>
    public static TextLoader CreateTextLoader<TInput>(
        this DataOperationsCatalog catalog,
        char separatorChar = TextLoader.Options.DefaultSeparator,
        bool hasHeader = false,
        IMultiStreamSource? dataSample = null,
        bool allowQuoting = false,
        bool trimWhitespace = false,
        bool allowSparse = false) =>
        CreateTextLoader(catalog, ColumnsOf<TInput>(), separatorChar, hasHeader, dataSample, allowQuoting, trimWhitespace, allowSparse);

    /// <summary>The rows of a file; its columns are given.</summary>
    /// <inheritdoc cref="CreateTextLoader(DataOperationsCatalog, TextLoader.Column[], char, bool, IMultiStreamSource, bool, bool, bool)"/>
    public static IDataView LoadFromTextFile(
        this DataOperationsCatalog catalog,
        string path,
        TextLoader.Column[] columns,
        char separatorChar = TextLoader.Options.DefaultSeparator,
        bool hasHeader = false,
        bool allowQuoting = false,
        bool trimWhitespace = false,
        bool allowSparse = false) =>
        LoadFromTextFile(catalog, path, OptionsOf(columns, separatorChar, hasHeader, allowQuoting, trimWhitespace, allowSparse));

    /// <summary>The rows of a file, by options.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">A file that exists.</param>
    /// <param name="options">How it is read, columns among it.</param>
    public static IDataView LoadFromTextFile(this DataOperationsCatalog catalog, string path, TextLoader.Options? options = null)
    {
        Checks.NonEmpty(path);
        if (!File.Exists(path))
            throw new ArgumentOutOfRangeException(nameof(path), $"File or directory does not exist at path: {path}");
        return CreateTextLoader(catalog, options ?? new TextLoader.Options()).Load(new MultiFileSource(path));
    }

    /// <summary>The rows of a file; its columns are those of <see cref="CreateTextLoader{TInput}"/>.</summary>
    /// <inheritdoc cref="CreateTextLoader{TInput}"/>
    public static IDataView LoadFromTextFile<TInput>(
        this DataOperationsCatalog catalog,
        string path,
        char separatorChar = TextLoader.Options.DefaultSeparator,
        bool hasHeader = false,
        bool allowQuoting = false,
        bool trimWhitespace = false,
        bool allowSparse = false) =>
        LoadFromTextFile(catalog, path, ColumnsOf<TInput>(), separatorChar, hasHeader, allowQuoting, trimWhitespace, allowSparse);

    /// <summary>The rows of a file by options, whose columns are replaced by those of <see cref="CreateTextLoader{TInput}"/>.</summary>
    public static IDataView LoadFromTextFile<TInput>(this DataOperationsCatalog catalog, string path, TextLoader.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Columns = ColumnsOf<TInput>();
        return LoadFromTextFile(catalog, path, options);
    }

    private static TextLoader.Options OptionsOf(
        TextLoader.Column[] columns, char separatorChar, bool hasHeader, bool allowQuoting, bool trimWhitespace, bool allowSparse) =>
        new()
        {
            Columns = columns,
            Separators = [separatorChar],
            HasHeader = hasHeader,
            AllowQuoting = allowQuoting,
            TrimWhitespace = trimWhitespace,
            AllowSparse = allowSparse,
        };

    private static TextLoader.Column[] ColumnsOf<TInput>()
    {
        MemberInfo[] members =
        [
            .. typeof(TInput).GetFields(BindingFlags.Public | BindingFlags.Instance),
            .. typeof(TInput).GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.GetGetMethod() is not null && property.GetIndexParameters().Length == 0),
        ];
        if (members.Length == 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(TInput), $"Should define at least one public, readable field or property in {nameof(TInput)}.");
        }
        return Array.ConvertAll(members, TextColumn.OfMember);
    }
}
