using System.Text.Json;

namespace Microsoft.ML.Lora.Storage;

/// <summary>
/// Reads the JSON of a safetensors header, <c>{"name": {"dtype": …, "shape": […], "data_offsets": [start, end]}, …}</c>,
/// and trusts nothing in it.
/// </summary>
internal ref struct SafetensorsHeaderParser
{
    private readonly string _file;
    private Utf8JsonReader _json;

    private SafetensorsHeaderParser(string file, Utf8JsonReader json)
    {
        _file = file;
        _json = json;
    }

    /// <summary>Reads a whole header; how the tensors lie beside each other is not looked at.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="file">What to call the file in a message.</param>
    /// <exception cref="InvalidDataException">The header is malformed.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, string file)
    {
        var options = new JsonReaderOptions { MaxDepth = 3 };
        JsonText.Check(json, $"{file}: the header", options);
        return new SafetensorsHeaderParser(file, new Utf8JsonReader(json, options)).ReadHeader();
    }

    private SafetensorsHeader ReadHeader()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new List<StoredTensor>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject, "the header must be a JSON object");
        while (ReadName() is { } name)
        {
            if (!names.Add(name))
            {
                throw Fault($"the header has '{name}' twice");
            }

            if (name == SafetensorsHeader.MetadataKey)
            {
                ReadMetadata(metadata);
            }
            else
            {
                tensors.Add(ReadTensor(name));
            }
        }

        return new([.. tensors.OrderBy(tensor => tensor.Start).ThenBy(tensor => tensor.Length)], metadata);
    }

    private void ReadMetadata(Dictionary<string, string> metadata)
    {
        Expect(JsonTokenType.StartObject, $"'{SafetensorsHeader.MetadataKey}' must be an object");
        while (ReadName() is { } key)
        {
            Expect(JsonTokenType.String, $"'{SafetensorsHeader.MetadataKey}' must hold texts only, but '{key}' is none");
            if (!metadata.TryAdd(key, Text()))
            {
                throw Fault($"'{SafetensorsHeader.MetadataKey}' has '{key}' twice");
            }
        }
    }

    private StoredTensor ReadTensor(string name)
    {
        string? elementType = null;
        long[]? shape = null;
        long[]? offsets = null;
        Expect(JsonTokenType.StartObject, $"tensor '{name}' must be described by an object");
        while (ReadName() is { } property)
        {
            bool isNew = property switch
            {
                "dtype" => Once(ref elementType, ReadElementType(name)),
                "shape" => Once(ref shape, ReadNumbers(name, property)),
                "data_offsets" => Once(ref offsets, ReadNumbers(name, property)),
                _ => throw Fault($"tensor '{name}' has the unknown property '{property}'"),
            };
            if (!isNew)
            {
                throw Fault($"tensor '{name}' has '{property}' twice");
            }
        }

        return CheckTensor(
            name,
            elementType ?? throw Fault($"tensor '{name}' has no dtype"),
            shape ?? throw Fault($"tensor '{name}' has no shape"),
            offsets ?? throw Fault($"tensor '{name}' has no data_offsets"));
    }

    private readonly StoredTensor CheckTensor(string name, string elementType, long[] shape, long[] offsets)
    {
        if (offsets is not [long start, long end] || start > end)
        {
            throw Fault($"the data_offsets of tensor '{name}' must be a start and an end behind it, but are [{string.Join(", ", offsets)}]");
        }

        // 128 bits hold the product of two 64-bit numbers, and each product is checked before the next factor.
        Int128 bits = ElementTypes.BitsOf(elementType) ?? throw Fault($"tensor '{name}' has the unknown element type '{elementType}'");
        Int128 length = shape.Aggregate(bits, (product, dimension) => product > long.MaxValue ? product : product * dimension);
        if (length > long.MaxValue)
        {
            throw Fault($"the shape [{string.Join(", ", shape)}] of tensor '{name}' has more elements than a file can hold");
        }

        return length == (Int128)8 * (end - start)
            ? new StoredTensor(name, elementType, shape, start, end - start)
            : throw Fault(
                $"tensor '{name}' takes {end - start} bytes, "
                + $"but {elementType} elements of shape [{string.Join(", ", shape)}] take {(length + 7) / 8}");
    }

    private string ReadElementType(string name)
    {
        Expect(JsonTokenType.String, $"the dtype of tensor '{name}' must be a text");
        return Text();
    }

    private long[] ReadNumbers(string name, string property)
    {
        var numbers = new List<long>();
        Expect(JsonTokenType.StartArray, $"the {property} of tensor '{name}' must be a list of numbers");
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out long number) || number < 0)
            {
                throw Fault($"the {property} of tensor '{name}' must hold whole numbers from 0 to {long.MaxValue}");
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    /// <summary>Moves to the next property of an object and reads its name; <see langword="null"/> at the object's end.</summary>
    private string? ReadName() => _json.Read() && _json.TokenType == JsonTokenType.PropertyName ? Text() : null;

    private void Expect(JsonTokenType type, string rule)
    {
        if (!_json.Read() || _json.TokenType != type)
        {
            throw Fault(rule);
        }
    }

    private readonly string Text() => _json.GetString()!;

    private static bool Once<T>(ref T? field, T value)
        where T : class
    {
        bool isNew = field is null;
        field = value;
        return isNew;
    }

    private readonly InvalidDataException Fault(string fault) => new($"{_file}: {fault}.");
}
