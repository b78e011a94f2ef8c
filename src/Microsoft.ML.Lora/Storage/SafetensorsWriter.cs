using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>Writes fp32 tensors as a safetensors file. The same tensors and metadata give the same bytes.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a file.</summary>
    /// <param name="target">Where to; it stays open.</param>
    /// <param name="tensors">Kept in this order; each name once.</param>
    /// <param name="metadata">Texts to keep beside the tensors; written in ordinal order of their names.</param>
    /// <exception cref="ArgumentException">A name is there twice, or is the metadata's own; or a text has half of a surrogate pair.</exception>
    public static void Write(Stream target, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        CheckNames(tensors);
        ReadOnlySpan<byte> header = FormHeader(tensors, metadata);
        int padding = (Alignment - (header.Length % Alignment)) % Alignment;
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthSize];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)(header.Length + padding));
        target.Write(length);
        target.Write(header);
        target.Write("        "u8[..padding]);
        foreach (NamedTensor tensor in tensors)
        {
            WriteValues(target, tensor.Values);
        }
    }

    private static void CheckNames(IReadOnlyList<NamedTensor> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        if (tensors.FirstOrDefault(tensor => !names.Add(tensor.Name)) is { } repeated)
        {
            throw new ArgumentException($"The name '{repeated.Name}' is taken; every tensor of a file needs one of its own.", nameof(tensors));
        }
    }

    private static ReadOnlySpan<byte> FormHeader(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach ((string key, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteString(Encode(key), Encode(value));
        }

        json.WriteEndObject();
        long start = 0;
        foreach (NamedTensor tensor in tensors)
        {
            long end = start + ((long)tensor.Values.Length * sizeof(float));
            json.WriteStartObject(Encode(tensor.Name));
            json.WriteString("dtype", ElementTypes.Float32);
            WriteNumbers(json, "shape", tensor.Shape.Select(dimension => (long)dimension));
            WriteNumbers(json, "data_offsets", [start, end]);
            json.WriteEndObject();
            start = end;
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    /// <summary>UTF-8 that throws for what the JSON writer would replace without a word.</summary>
    private static byte[] Encode(string text) => StrictUtf8.GetBytes(text);

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static void WriteValues(Stream target, ReadOnlySpan<float> values)
    {
        const int ChunkElements = 1 << 20; // A span of bytes may not have more than 2³¹ of them.
        while (!values.IsEmpty)
        {
            ReadOnlySpan<float> chunk = values[..Math.Min(ChunkElements, values.Length)];
            target.Write(MemoryMarshal.AsBytes(chunk));
            values = values[chunk.Length..];
        }
    }
}
