using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

/// <summary>Makes safetensors files byte by byte, good and bad ones.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file with a header as given and data of zeros.</summary>
    public static byte[] Of(string header, int dataLength = 0) => Of(Encoding.UTF8.GetBytes(header), new byte[dataLength]);

    /// <summary>A file with a header as given.</summary>
    public static byte[] Of(byte[] header, byte[] data)
    {
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. data];
    }

    /// <summary>A good file.</summary>
    public static byte[] Of(params IEnumerable<RawTensor> tensors)
    {
        var entries = new List<string>();
        var data = new List<byte>();
        foreach (RawTensor tensor in tensors)
        {
            int start = data.Count;
            data.AddRange(tensor.Data);
            entries.Add($$"""
                "{{tensor.Name}}":{"dtype":"{{tensor.ElementType}}","shape":[{{string.Join(",", tensor.Shape)}}],"data_offsets":[{{start}},{{data.Count}}]}
                """);
        }

        return Of(Encoding.UTF8.GetBytes($"{{{string.Join(",", entries)}}}"), [.. data]);
    }

    /// <summary>Opens bytes as a file called <c>test.safetensors</c>.</summary>
    public static SafetensorsFile Open(byte[] bytes) => SafetensorsFile.Open(new MemoryStream(bytes), "test.safetensors");
}
