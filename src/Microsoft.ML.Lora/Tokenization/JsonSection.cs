using System.Text.Json;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>
/// A JSON object in a tokenizer's file. A member that is null counts as missing; one of the wrong kind is an
/// <see cref="InvalidDataException"/> that tells file, path, what came and what was expected.
/// </summary>
internal sealed class JsonSection
{
    private readonly string _file;
    private readonly string _path;
    private readonly JsonElement _element;

    private JsonSection(string file, string path, JsonElement element)
    {
        _file = file;
        _path = path;
        _element = element.ValueKind == JsonValueKind.Object ? element : throw Wrong(path, "an object", element);
    }

    /// <summary>Reads a whole file.</summary>
    public static JsonSection Read(Stream stream, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            return new JsonSection(file, "", document.RootElement.Clone());
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file} is not valid JSON: {exception.Message}", exception);
        }
    }

    public JsonSection? Section(string name) => Member(name) is JsonElement member ? new JsonSection(_file, PathOf(name), member) : null;

    /// <summary>The objects of an array; none if it is missing.</summary>
    public IEnumerable<JsonSection> Sections(string name) => Member(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } member => member.EnumerateArray()
            .Select((item, i) => new JsonSection(_file, PathOf($"{name}[{i}]"), item)),
        JsonElement member => throw Wrong(PathOf(name), "an array", member),
    };

    public string? Text(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } member => Decoded(member.GetString),
        JsonElement member => throw Wrong(PathOf(name), "a text", member),
    };

    /// <summary>A text, or an object with the text as its "content": the two ways in which special tokens are named.</summary>
    public string? TextOrContent(string name) =>
        Member(name) is { ValueKind: JsonValueKind.Object } ? Section(name)!.Text("content") : Text(name);

    public bool? Flag(string name) => Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True or JsonValueKind.False } member => member.GetBoolean(),
        JsonElement member => throw Wrong(PathOf(name), "true or false", member),
    };

    public int? Whole(string name) => Member(name) is JsonElement member ? WholeOf(PathOf(name), member) : null;

    /// <summary>All members, each a whole number.</summary>
    public List<(string Name, int Value)> WholeNumbers()
    {
        List<(string Name, int Value)> numbers = [];
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            string name = Decoded(() => property.Name)!;
            numbers.Add((name, WholeOf(PathOf(name), property.Value)));
        }

        return numbers;
    }

    private int WholeOf(string path, JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value)
        ? value
        : throw Wrong(path, "a whole number", element);

    private JsonElement? Member(string name) =>
        _element.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private string? Decoded(Func<string?> decode)
    {
        try
        {
            return decode();
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidDataException($"{_file}: '{_path}' holds half of a surrogate pair, which is no character.", exception);
        }
    }

    private InvalidDataException Wrong(string path, string expected, JsonElement came) =>
        new($"{_file}: {(path.Length == 0 ? "the content" : $"'{path}'")} must be {expected}, but is of kind {came.ValueKind}.");
}
