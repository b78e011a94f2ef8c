using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Storage;

/// <summary>Damages files at random, the same way every time.</summary>
internal static class Altered
{
    /// <summary>A copy with one to four bytes changed, most of them to bytes that mean something in JSON.</summary>
    public static byte[] Copy(byte[] good, SeededRandom random)
    {
        ReadOnlySpan<byte> telling = "{}[]\",:0123456789-eE.\\ Fu\0"u8;
        byte[] bytes = [.. good];
        for (int changes = 1 + random.NextInt(4); changes > 0; changes--)
        {
            bytes[random.NextInt(bytes.Length)] = random.NextInt(4) == 0 ? (byte)random.NextInt(256) : telling[random.NextInt(telling.Length)];
        }

        return bytes;
    }
}
