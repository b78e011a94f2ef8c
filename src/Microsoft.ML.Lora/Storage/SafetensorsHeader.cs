namespace Microsoft.ML.Lora.Storage;

/// <summary>The table of contents of a safetensors file, checked: the tensors' bytes fill the data without gap or overlap.</summary>
/// <param name="Tensors">In the order of their data.</param>
/// <param name="Metadata">Texts that the writer put beside the tensors.</param>
internal sealed record SafetensorsHeader(IReadOnlyList<StoredTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Bytes in front of the header: its length as a little-endian number.</summary>
    public const int LengthSize = sizeof(ulong);

    /// <summary>The longest header allowed, in bytes; the format's own limit.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>The header's entry that is no tensor.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">Number of bytes behind the header.</param>
    /// <param name="file">What to call the file in a message.</param>
    /// <exception cref="InvalidDataException">The header is malformed, or does not describe the data behind it.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength, string file)
    {
        SafetensorsHeader header = SafetensorsHeaderParser.Parse(json, file);
        long expected = 0;
        string previous = "the header";
        foreach (StoredTensor tensor in header.Tensors)
        {
            if (tensor.Start < expected)
            {
                throw new InvalidDataException(
                    $"{file}: tensor '{tensor.Name}' overlaps {previous}: it begins at byte {tensor.Start}, before {expected}.");
            }

            if (tensor.Start > expected)
            {
                throw new InvalidDataException(
                    $"{file}: {tensor.Start - expected} bytes before tensor '{tensor.Name}' belong to no tensor; "
                    + $"it should begin at byte {expected}, right behind {previous}.");
            }

            (expected, previous) = (tensor.End, $"'{tensor.Name}'");
        }

        return expected == dataLength ? header : throw new InvalidDataException(expected > dataLength
            ? $"{file} is cut short: its tensors need {expected} bytes behind the header, but there are {dataLength}."
            : $"{file}: {dataLength - expected} bytes behind the last tensor belong to no tensor.");
    }
}
