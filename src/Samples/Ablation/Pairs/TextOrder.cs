using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Ablation.Pairs;

/// <summary>An order of texts that looks random and is the same everywhere, whatever the order of the file: by the SHA-256 of the text.</summary>
internal static class TextOrder
{
    /// <summary>A text's place in the order.</summary>
    public static ulong Of(string text) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>A pair's place in the order.</summary>
    public static ulong Of(LabeledPair pair) => Of($"{pair.Sentence1}\t{pair.Sentence2}");
}
