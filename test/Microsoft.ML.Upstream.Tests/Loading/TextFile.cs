using System.Globalization;
using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Upstream.Tests.Loading;

/// <summary>A text file for one test, deleted after it.</summary>
internal sealed class TextFile : IDisposable
{
    public TextFile(string content) : this(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(content))
    {
    }

    public TextFile(byte[] content) => File.WriteAllBytes(Path, content);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Guid.NewGuid():N}.tsv");

    /// <summary>Two text columns, A and B, of the first two fields.</summary>
    public static TextLoader.Column[] TwoTexts => [new("A", DataKind.String, 0), new("B", DataKind.String, 1)];

    /// <summary>Loads a text and gives its rows as they are printed by <see cref="Print"/>.</summary>
    public static string Load(string content, TextLoader.Options? options = null)
    {
        using var file = new TextFile(content);
        return file.Load(options);
    }

    public string Load(TextLoader.Options? options = null)
    {
        options ??= new TextLoader.Options();
        options.Columns ??= TwoTexts;
        return Print(new MLContext().Data.LoadFromTextFile(Path, options));
    }

    /// <summary>The rows in lines, their fields between bars.</summary>
    public static string Print(IDataView data) => string.Join('\n', data.Preview(1000).RowView.Select(
        row => string.Join('|', row.Values.Select(field => PrintField(field.Value)))));

    public void Dispose() => File.Delete(Path);

    private static string PrintField(object value) => value switch
    {
        VBuffer<float> items => $"({string.Join(' ', items.DenseValues().Select(item => PrintField(item)))})",
        VBuffer<ReadOnlyMemory<char>> items => $"({string.Join(' ', items.DenseValues().Select(item => $"'{item}'"))})",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
