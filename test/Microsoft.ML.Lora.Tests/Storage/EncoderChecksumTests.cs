using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class EncoderChecksumTests
{
    [TestMethod]
    public void Compute_TwoFiles_IsTheHashAsDocumented()
    {
        var source = new MemorySource();
        source.Files["vocab.txt"] = [1, 2, 3];
        source.Files["config.json"] = [4];
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, 3);

        string checksum = EncoderChecksum.Compute(source);

        byte[] covered = [.. "config.json\0"u8, 1, 0, 0, 0, 0, 0, 0, 0, 4, .. "vocab.txt\0"u8, .. length, 1, 2, 3];
        Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(covered)), checksum);
    }

    [TestMethod]
    [DataRow("config.json")]
    [DataRow("model.safetensors")]
    [DataRow("vocab.txt")]
    [DataRow("tokenizer.json")]
    [DataRow("tokenizer_config.json")]
    public void Compute_CoveredFileAltered_Differs(string fileName)
    {
        MemorySource source = AllFiles();
        string before = EncoderChecksum.Compute(source);
        source.Files[fileName][^1] ^= 1;

        Assert.AreNotEqual(before, EncoderChecksum.Compute(source));
    }

    [TestMethod]
    public void Compute_OtherFiles_DoNotMatter()
    {
        MemorySource source = AllFiles();
        string before = EncoderChecksum.Compute(source);
        source.Files["README.md"] = [1];

        Assert.AreEqual(before, EncoderChecksum.Compute(source));
    }

    private static MemorySource AllFiles()
    {
        MemorySource source = new TinyCheckpoint().ToSource();
        source.Files["vocab.txt"] = [1];
        source.Files["tokenizer.json"] = [2];
        source.Files["tokenizer_config.json"] = [3];
        return source;
    }
}
