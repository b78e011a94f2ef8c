using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;
using Microsoft.ML.Lora.Tokenization;

namespace Microsoft.ML.Lora.Tests.Tokenization;

/// <summary>Real questions, which lie beside the repository: the ids of all pairs against the hashes of Hugging Face's.</summary>
[TestClass]
public sealed class QuoraPairsTests
{
    private const int BlockSize = 1000;
    private const int HashCharacters = 16;
    private const int FirstColumn = 3;
    private const int SecondColumn = 4;

    [TestMethod]
    [DataRow("dev.tsv", "loraml-mini-uncased", 24)]
    [DataRow("dev.tsv", "loraml-mini-uncased", 128)]
    [DataRow("dev.tsv", "loraml-small-uncased", 24)]
    [DataRow("dev.tsv", "loraml-small-uncased", 128)]
    [DataRow("train.tsv", "loraml-mini-uncased", 24)]
    [DataRow("train.tsv", "loraml-mini-uncased", 128)]
    [DataRow("train.tsv", "loraml-small-uncased", 24)]
    [DataRow("train.tsv", "loraml-small-uncased", 128)]
    public void EncodeAll_QuoraPairs_GivesTheIdsOfHuggingFace(string file, string encoder, int maxTokens)
    {
        (string First, string Second)[] pairs = ReadPairs(file);
        JsonElement golden = Goldens.Json("qqp.json").GetProperty("files").GetProperty(file);
        JsonElement expected = golden.GetProperty("encoders").GetProperty(encoder)
            .GetProperty(maxTokens.ToString(CultureInfo.InvariantCulture));
        PairEncoder pairEncoder = PairEncoder.Load(FolderSource.At(Shared("encoders", encoder)));

        EncodedPairs encoded = pairEncoder.EncodeAll(pairs, maxTokens, threads: 2);

        Assert.HasCount(golden.GetProperty("pairs").GetInt32(), encoded.Pairs);
        string?[] expectedBlocks = [.. expected.GetProperty("thousands").EnumerateArray().Select(block => block.GetString())];
        string[] blocks = [.. encoded.Pairs.Chunk(BlockSize).Select(block => Hash(block)[..HashCharacters])];
        Assert.AreSequenceEqual(expectedBlocks, blocks, "Each entry stands for a thousand pairs.");
        Assert.AreEqual(expected.GetProperty("sha256").GetString(), Hash(encoded.Pairs));
    }

    /// <summary>SHA-256 over little-endian 32-bit numbers: for each pair its length, that of segment 0, and its ids.</summary>
    private static string Hash(IEnumerable<EncodedPair> pairs)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] number = new byte[sizeof(int)];
        foreach (EncodedPair pair in pairs)
        {
            foreach (int value in (int[])[pair.Length, pair.Second.Start, .. pair.TokenIds])
            {
                BinaryPrimitives.WriteInt32LittleEndian(number, value);
                hash.AppendData(number);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static (string First, string Second)[] ReadPairs(string file) =>
        [.. File.ReadAllText(Shared("data", "qqp", file)).TrimEnd('\n').Split('\n').Skip(1)
            .Select(line => line.Split('\t'))
            .Select(cells => (cells[FirstColumn], cells[SecondColumn]))];

    private static string Shared(params string[] parts)
    {
        string path = Path.Combine([BuildFacts.SharedDirectory, .. parts]);
        if (!Path.Exists(path))
        {
            Assert.Inconclusive($"{string.Join('/', parts)} is not in the shared directory beside the repository.");
        }

        return path;
    }
}
