using System.Text;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class SafetensorsHeaderTests
{
    [TestMethod]
    public void Parse_TensorsOutOfOrder_AreListedInOrderOfTheirData()
    {
        const string Header = """
            {"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"__metadata__":{"k":"v"},"a":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}}
            """;

        SafetensorsHeader header = SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(Header), dataLength: 12, "test.safetensors");

        CollectionAssert.AreEqual(new[] { "a", "b" }, header.Tensors.Select(tensor => tensor.Name).ToArray());
        Assert.AreEqual(1, header.Tensors[0].Count);
        Assert.AreEqual("v", header.Metadata["k"]);
    }

    [TestMethod]
    public void Parse_EmptyTensorBetweenOthers_IsLegal()
    {
        const string Header = """
            {"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"none":{"dtype":"F32","shape":[0,9],"data_offsets":[3,3]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}
            """;

        SafetensorsHeader header = SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(Header), dataLength: 4, "test.safetensors");

        CollectionAssert.AreEqual(new[] { "a", "none", "b" }, header.Tensors.Select(tensor => tensor.Name).ToArray());
    }

    [TestMethod]
    public void Parse_PaddedWithSpaces_IsLegal()
    {
        SafetensorsHeader header = SafetensorsHeader.Parse("{}      "u8, dataLength: 0, "test.safetensors");

        Assert.IsEmpty(header.Tensors);
    }

    [TestMethod]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6,
        "tensor 'b' overlaps 'a': it begins at byte 2, before 4.", DisplayName = "Overlap")]
    [DataRow("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4,
        "tensor 'b' overlaps 'a': it begins at byte 0, before 4.", DisplayName = "Same bytes twice")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8,
        "4 bytes before tensor 'a' belong to no tensor; it should begin at byte 0, right behind the header.", DisplayName = "Gap at the start")]
    [DataRow("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}""", 4,
        "2 bytes before tensor 'b' belong to no tensor; it should begin at byte 1, right behind 'a'.", DisplayName = "Gap inside")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 7,
        "3 bytes behind the last tensor belong to no tensor.", DisplayName = "Bytes left over")]
    [DataRow("{}", 1, "1 bytes behind the last tensor belong to no tensor.", DisplayName = "Data without tensors")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4,
        "tensor 'a' takes 4 bytes, but F32 elements of shape [2] take 8.", DisplayName = "Size and shape disagree")]
    [DataRow("""{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}""", 4,
        "tensor 'a' takes 4 bytes, but F16 elements of shape [1] take 2.", DisplayName = "Size and element type disagree")]
    [DataRow("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2,
        "tensor 'a' takes 2 bytes, but F4 elements of shape [3] take 2.", DisplayName = "Elements end within a byte")]
    [DataRow("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0,
        "the shape [4294967296, 4294967296] of tensor 'a' has more elements than a file can hold.", DisplayName = "Product of the shape overflows")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0,
        "the shape [2305843009213693952] of tensor 'a' has more elements than a file can hold.", DisplayName = "Number of bytes overflows")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4,
        "the data_offsets of tensor 'a' must be a start and an end behind it, but are [4, 0].", DisplayName = "End before start")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 8,
        "the data_offsets of tensor 'a' must be a start and an end behind it, but are [0, 4, 8].", DisplayName = "Three offsets")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 0,
        "the data_offsets of tensor 'a' must hold whole numbers from 0 to 9223372036854775807.", DisplayName = "Negative offset")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551620]}}""", 4,
        "the data_offsets of tensor 'a' must hold whole numbers from 0 to 9223372036854775807.", DisplayName = "Offset overflows")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", 4,
        "the shape of tensor 'a' must hold whole numbers from 0 to 9223372036854775807.", DisplayName = "Fractional dimension")]
    [DataRow("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4,
        "the shape of tensor 'a' must hold whole numbers from 0 to 9223372036854775807.", DisplayName = "Dimension as text")]
    [DataRow("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4,
        "the shape of tensor 'a' must be a list of numbers.", DisplayName = "Shape is no list")]
    [DataRow("""{"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,4]}}""", 4,
        "tensor 'a' has the unknown element type 'Q7'.", DisplayName = "Unknown element type")]
    [DataRow("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", 4,
        "the dtype of tensor 'a' must be a text.", DisplayName = "Element type is no text")]
    [DataRow("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has no dtype.", DisplayName = "No element type")]
    [DataRow("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "tensor 'a' has no shape.", DisplayName = "No shape")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "tensor 'a' has no data_offsets.", DisplayName = "No offsets")]
    [DataRow("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has 'dtype' twice.", DisplayName = "Property twice")]
    [DataRow("""{"a":{"dtype":"F32","strides":[1],"shape":[1],"data_offsets":[0,4]}}""", 4,
        "tensor 'a' has the unknown property 'strides'.", DisplayName = "Unknown property")]
    [DataRow("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0,
        "the header has 'a' twice.", DisplayName = "Name twice")]
    [DataRow("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0,
        "the header has 'a' twice.", DisplayName = "Name twice, once escaped")]
    [DataRow("""{"a":[]}""", 0, "tensor 'a' must be described by an object.", DisplayName = "Tensor is no object")]
    [DataRow("[]", 0, "the header must be a JSON object.", DisplayName = "Header is no object")]
    [DataRow("""{"__metadata__":[]}""", 0, "'__metadata__' must be an object.", DisplayName = "Metadata is no object")]
    [DataRow("""{"__metadata__":{"k":1}}""", 0, "'__metadata__' must hold texts only, but 'k' is none.", DisplayName = "Metadata holds a number")]
    [DataRow("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "'__metadata__' has 'k' twice.", DisplayName = "Metadata key twice")]
    public void Parse_OneFault_IsNamed(string header, int dataLength, string fault)
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(
            () => SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(header), dataLength, "test.safetensors"));

        Assert.AreEqual($"test.safetensors: {fault}", exception.Message);
    }

    [TestMethod]
    public void Parse_DataCutShort_SaysHowMuchIsMissing()
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(
            () => SafetensorsHeader.Parse("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""u8, dataLength: 5, "test.safetensors"));

        Assert.AreEqual("test.safetensors is cut short: its tensors need 8 bytes behind the header, but there are 5.", exception.Message);
    }

    [TestMethod]
    [DataRow("", DisplayName = "Empty")]
    [DataRow("   ", DisplayName = "Only spaces")]
    [DataRow("""{"a":""", DisplayName = "Ends early")]
    [DataRow("{} {}", DisplayName = "Two objects")]
    [DataRow("""{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", DisplayName = "Nested too deep")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}""", DisplayName = "Trailing comma")]
    [DataRow("{/* comment */}", DisplayName = "Comment")]
    public void Parse_NotJson_SaysSo(string header)
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(
            () => SafetensorsHeader.Parse(Encoding.UTF8.GetBytes(header), dataLength: 4, "test.safetensors"));

        StringAssert.StartsWith(exception.Message, "test.safetensors: the header is not valid JSON: ");
    }

    [TestMethod]
    public void Parse_NotUtf8_SaysSo()
    {
        byte[] header = [.. "{\""u8, 0xFF, .. "\":{}}"u8];

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsHeader.Parse(header, 0, "test.safetensors"));

        Assert.AreEqual("test.safetensors: the header is not valid UTF-8.", exception.Message);
    }

    [TestMethod]
    public void Parse_EscapedHalfOfACharacter_SaysSo()
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(
            () => SafetensorsHeader.Parse("""{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"""u8, 0, "test.safetensors"));

        StringAssert.StartsWith(exception.Message, "test.safetensors: the header escapes half of a character: ");
    }
}
