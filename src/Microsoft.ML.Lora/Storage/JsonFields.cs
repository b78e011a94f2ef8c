using System.Text.Json;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>
/// The fields of a small JSON file, read one by one. What is wrong with them is collected, and <see cref="ThrowIfFaulty"/> throws it
/// together: until then, a faulty field reads as some legal value. A field that is <c>null</c> counts as absent.
/// </summary>
internal sealed class JsonFields
{
    private const int MaxFileLength = 1 << 20;
    private const int MaxShownLength = 100;

    private readonly JsonElement _root;
    private readonly string _file;
    private readonly List<string> _faults = [];
    private readonly List<string> _unsupported = [];

    private JsonFields(JsonElement root, string file)
    {
        _root = root;
        _file = file;
    }

    private delegate bool Parser<T>(JsonElement element, out T value);

    /// <summary>Reads a file.</summary>
    /// <param name="stream">The file's content, with a length; stays open.</param>
    /// <param name="file">What to call the file in a message.</param>
    /// <exception cref="InvalidDataException">It is not a JSON object, names a field twice, or has more than 1 MiB.</exception>
    public static JsonFields Parse(Stream stream, string file)
    {
        if (stream.Length is 0 or > MaxFileLength)
        {
            throw new InvalidDataException(stream.Length == 0
                ? $"{file} is empty; copy it again."
                : $"{file} has {stream.Length} bytes; up to {MaxFileLength} are allowed.");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        ReadOnlyMemory<byte> json = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory("\uFEFF"u8.Length) : bytes;
        JsonText.Check(json.Span, file, default);
        return new JsonFields(ParseObject(json, file), file);
    }

    /// <summary>A whole number.</summary>
    /// <param name="name">The field.</param>
    /// <param name="min">The least value allowed.</param>
    /// <param name="max">The greatest value allowed.</param>
    /// <param name="otherwise">What the format says where the field is absent; <see langword="null"/> if it must be there.</param>
    public int Whole(string name, int min, int max, int? otherwise = null)
    {
        return Read(name, $"a whole number from {min} to {max}", otherwise is null, otherwise ?? min, (JsonElement element, out int value) =>
        {
            value = 0;
            return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out value) && value >= min && value <= max;
        });
    }

    /// <summary>A number; parameters as in <see cref="Whole"/>.</summary>
    public double Number(string name, double min, double max, double? otherwise = null)
    {
        string allowed = FormattableString.Invariant($"a number from {min} to {max}");
        return Read(name, allowed, otherwise is null, otherwise ?? min, (JsonElement element, out double value) =>
        {
            value = 0;
            return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out value) && value >= min && value <= max;
        });
    }

    /// <summary>A text; <paramref name="otherwise"/> as in <see cref="Whole"/>.</summary>
    public string Text(string name, string? otherwise = null) =>
        Read(name, "a text", otherwise is null, otherwise ?? string.Empty, TryGetText);

    /// <summary>A yes or no; <paramref name="otherwise"/> where it is absent.</summary>
    public bool Flag(string name, bool otherwise) => Read(name, "true or false", isRequired: false, otherwise, TryGetFlag);

    /// <summary>One of the texts that are supported; <paramref name="otherwise"/> where it is absent.</summary>
    public T OneOf<T>(string name, string otherwise, IReadOnlyDictionary<string, T> supported)
    {
        string text = Text(name, otherwise);
        if (supported.TryGetValue(text, out T? value))
        {
            return value;
        }

        _unsupported.Add($"'{name}' is '{text}'; supported: {string.Join(", ", supported.Keys.Select(key => $"'{key}'"))}.");
        return supported[otherwise];
    }

    /// <summary>Notes that a setting is not supported unless the field is one text or absent.</summary>
    public void MustBe(string name, string supported)
    {
        if (Text(name, supported) is var text && text != supported)
        {
            _unsupported.Add($"'{name}' is '{text}'; supported: '{supported}'.");
        }
    }

    /// <summary>Notes that a setting is not supported unless the field is <see langword="false"/> or absent.</summary>
    public void MustBeOff(string name)
    {
        if (Flag(name, otherwise: false))
        {
            _unsupported.Add($"'{name}' is true; only false is supported.");
        }
    }

    /// <summary>Notes that a setting is not supported unless the field is absent, or an empty list or object.</summary>
    public void MustBeEmpty(string name)
    {
        if (Find(name) is { } element && element.GetRawText() is not ("[]" or "{}"))
        {
            _unsupported.Add($"'{name}' is {Show(element)}; only an empty one is supported.");
        }
    }

    /// <summary>Notes a fault of the file.</summary>
    public void AddFault(string fault) => _faults.Add(fault);

    /// <summary>Throws everything noted so far.</summary>
    /// <exception cref="InvalidDataException">Fields are missing, of a wrong type or out of range.</exception>
    /// <exception cref="NotSupportedException">Fields are legal, but ask for something that is not supported.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw new InvalidDataException(Faults.Describe(_file, _faults));
        }

        if (_unsupported.Count > 0)
        {
            throw new NotSupportedException(Faults.Describe(_file, _unsupported));
        }
    }

    private T Read<T>(string name, string allowed, bool isRequired, T otherwise, Parser<T> parse)
    {
        if (Find(name) is not { } element)
        {
            if (isRequired)
            {
                AddFault($"'{name}' is missing; it must be {allowed}.");
            }

            return otherwise;
        }

        if (parse(element, out T value))
        {
            return value;
        }

        AddFault($"'{name}' must be {allowed}, but is {Show(element)}.");
        return otherwise;
    }

    private JsonElement? Find(string name) =>
        _root.TryGetProperty(name, out JsonElement element) && element.ValueKind != JsonValueKind.Null ? element : null;

    private static bool TryGetText(JsonElement element, out string value)
    {
        bool isText = element.ValueKind == JsonValueKind.String;
        value = isText ? element.GetString()! : string.Empty;
        return isText;
    }

    private static bool TryGetFlag(JsonElement element, out bool value)
    {
        value = element.ValueKind == JsonValueKind.True;
        return element.ValueKind is JsonValueKind.True or JsonValueKind.False;
    }

    private static JsonElement ParseObject(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new InvalidDataException($"{file} must hold a JSON object, but holds {Show(document.RootElement)}.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file} has a field twice: {exception.Message}", exception);
        }
    }

    private static string Show(JsonElement element) => element.GetRawText() is { Length: > MaxShownLength } text
        ? $"{text[..MaxShownLength]}…"
        : element.GetRawText();
}
