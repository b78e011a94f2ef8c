using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class SafetensorsWriterTests
{
    [TestMethod]
    public void Write_TwoTensors_GivesTheseBytes()
    {
        byte[] bytes = Write([new("b", [2], [1, 2]), new("a", [1, 1], [3])], new() { ["z"] = "1", ["format"] = "pt" });

        string header = """{"__metadata__":{"format":"pt","z":"1"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]}}""";
        int headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.AreEqual(0, headerLength % 8);
        Assert.AreEqual(header, Encoding.UTF8.GetString(bytes, 8, headerLength).TrimEnd(' '));
        CollectionAssert.AreEqual(new byte[] { 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40 }, bytes[(8 + headerLength)..]);
    }

    [TestMethod]
    public void Write_Anything_ReadsBackInOrder()
    {
        NamedTensor[] tensors =
        [
            new("zwei/\"é\"\n", [2, 3], [1, -2, float.Epsilon, float.MaxValue, -0f, 6]),
            new("a scalar", [], [7]),
            new("nothing", [0, 3], []),
        ];

        using SafetensorsFile file = SafetensorsBytes.Open(Write(tensors, []));
        IReadOnlyList<NamedTensor> read = file.ReadAll();

        CollectionAssert.AreEqual(tensors.Select(tensor => tensor.Name).ToArray(), read.Select(tensor => tensor.Name).ToArray());
        foreach ((NamedTensor expected, NamedTensor actual) in tensors.Zip(read))
        {
            CollectionAssert.AreEqual(expected.Shape.ToArray(), actual.Shape.ToArray());
            CollectionAssert.AreEqual(
                expected.Values.Select(BitConverter.SingleToInt32Bits).ToArray(), actual.Values.Select(BitConverter.SingleToInt32Bits).ToArray());
        }
    }

    [TestMethod]
    public void Write_MetadataInAnyOrder_GivesTheSameBytes()
    {
        byte[] one = Write([], new() { ["a"] = "1", ["B"] = "2" });
        byte[] other = Write([], new() { ["B"] = "2", ["a"] = "1" });

        CollectionAssert.AreEqual(one, other);
    }

    [TestMethod]
    [DataRow("twice", "twice")]
    [DataRow("__metadata__", "__metadata__")]
    public void Write_TakenName_IsRefused(string name, string taken)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Write([new("twice", [1], [1]), new(name, [1], [1])], []));

        StringAssert.StartsWith(exception.Message, $"The name '{taken}' is taken; every tensor of a file needs one of its own.");
    }

    [TestMethod]
    public void Write_HalfOfACharacter_IsRefusedRatherThanReplaced()
    {
        Assert.ThrowsExactly<EncoderFallbackException>(() => Write([], new() { ["key"] = "\ud800" }));
        Assert.ThrowsExactly<EncoderFallbackException>(() => Write([new("\udc00", [1], [1])], []));
    }

    private static byte[] Write(NamedTensor[] tensors, Dictionary<string, string> metadata)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }
}
