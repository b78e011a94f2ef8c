using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class SafetensorsFuzzTests
{
    private const int Files = 20_000;
    private const long MaxAllocation = 1 << 18;

    private static readonly byte[] Good = SafetensorsBytes.Of(
        RawTensor.OfFloats("first", [2, 3], 1, 2, 3, 4, 5, 6),
        RawTensor.OfFloats("second", [4], 1, 2, 3, 4).As("F16"),
        RawTensor.OfFloats("third", [1, 2], 5, 6).As("BF16"),
        new RawTensor("ids", "I64", [2], new byte[16]));

    [TestMethod]
    public void Open_AlteredBytes_LoadsOrRefuses()
    {
        var random = new SeededRandom(1);
        int refused = 0;
        for (int i = 0; i < Files; i++)
        {
            byte[] bytes = Altered.Copy(Good, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                ReadFloats(bytes);
            }
            catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
            {
                refused++;
            }

            Assert.IsLessThan(MaxAllocation, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.IsGreaterThan(Files / 2, refused);
        Assert.IsLessThan(Files, refused);
    }

    [TestMethod]
    public void Open_CutAtAnyByte_Refuses()
    {
        for (int length = 0; length < Good.Length; length++)
        {
            Assert.ThrowsExactly<InvalidDataException>(() => ReadFloats(Good[..length]), $"Cut to {length} bytes.");
        }
    }

    private static void ReadFloats(byte[] bytes)
    {
        using SafetensorsFile file = SafetensorsBytes.Open(bytes);
        foreach (StoredTensor tensor in file.Header.Tensors.Where(tensor => ElementTypes.IsReadable(tensor.ElementType)))
        {
            file.ReadNamed(tensor, tensor.Name);
        }
    }
}
