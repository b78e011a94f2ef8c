using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>The checksum of a checkpoint, by which a saved model knows its encoder again wherever that lies.</summary>
internal static class EncoderChecksum
{
    private const int BufferLength = 1 << 17;

    /// <summary>The files that the checksum covers, in its order. A file that a checkpoint lacks is left out.</summary>
    public static IReadOnlyList<string> CoveredFiles { get; } =
    [
        CheckpointFiles.Config, CheckpointFiles.Weights,
        CheckpointFiles.Vocabulary, CheckpointFiles.Tokenizer, CheckpointFiles.TokenizerConfig,
    ];

    /// <summary>SHA-256 over a checkpoint's files, in lower-case hexadecimal digits.</summary>
    /// <remarks>Each file counts as its name in UTF-8, a zero byte, its length as 8 little-endian bytes, and its content.</remarks>
    public static string Compute(ICheckpointSource source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string fileName in CoveredFiles.Where(source.Has))
        {
            Append(hash, source, fileName);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, ICheckpointSource source, string fileName)
    {
        using Stream stream = source.Open(fileName);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, stream.Length);
        hash.AppendData(Encoding.UTF8.GetBytes(fileName + '\0'));
        hash.AppendData(length);
        var buffer = new byte[BufferLength];
        for (int count = stream.Read(buffer); count > 0; count = stream.Read(buffer))
        {
            hash.AppendData(buffer, 0, count);
        }
    }
}
