using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class SafetensorsFileTests
{
    [TestMethod]
    [DataRow("F32")]
    [DataRow("F16")]
    [DataRow("BF16")]
    public void Read_EachFloatType_GivesTheSameValues(string elementType)
    {
        float[] values = [.. Enumerable.Range(0, 70).Select(i => (i - 35) / 4f)];
        RawTensor tensor = RawTensor.OfFloats("a", [7, 10], values);
        using SafetensorsFile file = SafetensorsBytes.Open(SafetensorsBytes.Of(elementType == "F32" ? tensor : tensor.As(elementType)));

        float[] read = file.Read(file.Find("a")!);

        CollectionAssert.AreEqual(values, read);
    }

    [TestMethod]
    public void Read_DataAtOddAddress_GivesTheValues()
    {
        // One byte before it, and a header whose length is no multiple of anything.
        RawTensor odd = new("a", "U8", [1], [7]);
        using SafetensorsFile file = SafetensorsBytes.Open(SafetensorsBytes.Of(odd, RawTensor.OfFloats("b", [2], 1.5f, -2f), RawTensor.OfFloats("c", [1], 3f).As("F16")));

        CollectionAssert.AreEqual(new[] { 1.5f, -2f }, file.Read(file.Find("b")!));
        CollectionAssert.AreEqual(new[] { 3f }, file.Read(file.Find("c")!));
    }

    [TestMethod]
    public void Read_TensorLongerThanAChunk_IsWhole()
    {
        float[] values = [.. Enumerable.Range(0, 150_001).Select(i => (float)i)];
        using SafetensorsFile file = SafetensorsBytes.Open(SafetensorsBytes.Of(RawTensor.OfFloats("a", [values.Length], values)));

        CollectionAssert.AreEqual(values, file.Read(file.Find("a")!));
    }

    [TestMethod]
    [DataRow(float.NaN, 0, "NaN")]
    [DataRow(float.PositiveInfinity, 3, "Infinity")]
    [DataRow(float.NegativeInfinity, 70_000, "-Infinity")]
    public void Read_ValueNotFinite_NamesTensorAndPlace(float value, int index, string shown)
    {
        var values = new float[70_001];
        values[index] = value;
        using SafetensorsFile file = SafetensorsBytes.Open(SafetensorsBytes.Of(RawTensor.OfFloats("a", [values.Length], values)));

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => file.Read(file.Find("a")!));

        Assert.AreEqual($"test.safetensors: tensor 'a' holds {shown} at element {index}; every element must be finite.", exception.Message);
    }

    [TestMethod]
    public void Read_WholeNumbers_AreRefusedByName()
    {
        using SafetensorsFile file = SafetensorsBytes.Open(SafetensorsBytes.Of(new RawTensor("ids", "I64", [1], new byte[8])));

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => file.Read(file.Find("ids")!));

        Assert.AreEqual("test.safetensors: tensor 'ids' holds I64 elements, but F32, F16 or BF16 is needed.", exception.Message);
    }

    [TestMethod]
    public void ReadAll_EmptyTensorOfHugeOtherDimension_IsRefused()
    {
        using SafetensorsFile file = SafetensorsBytes.Open(SafetensorsBytes.Of(new RawTensor("a", "F32", [0, 4294967296], [])));

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => file.ReadAll());

        Assert.AreEqual("test.safetensors: tensor 'a' has the impossible shape (0, 4294967296).", exception.Message);
    }

    [TestMethod]
    public void Open_FileOnDisk_IsMappedAndReleased()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, SafetensorsBytes.Of(RawTensor.OfFloats("a", [2], 1f, 2f)));
            using (SafetensorsFile file = SafetensorsFile.Open(File.OpenRead(path), path))
            {
                CollectionAssert.AreEqual(new[] { 1f, 2f }, file.Read(file.Find("a")!));
            }

            using FileStream exclusive = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Assert.IsTrue(exclusive.CanWrite);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void Read_AfterDispose_Throws()
    {
        SafetensorsFile file = SafetensorsBytes.Open(SafetensorsBytes.Of(RawTensor.OfFloats("a", [1], 1f)));
        file.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => file.Read(file.Find("a")!));
    }

    [TestMethod]
    public void Open_Fails_ClosesTheStream()
    {
        var stream = new MemoryStream([1, 2, 3]);

        Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsFile.Open(stream, "test.safetensors"));

        Assert.IsFalse(stream.CanRead);
    }

    [TestMethod]
    public void Open_EmptyFile_SaysSo() => AssertRefused([], "test.safetensors is empty; copy it again.");

    [TestMethod]
    public void Open_FewerThanEightBytes_SaysSo() =>
        AssertRefused([1, 2, 3, 4, 5, 6, 7], "test.safetensors has 7 bytes, too few for a safetensors file; copy it again.");

    [TestMethod]
    [DataRow(100_000_001UL)]
    [DataRow(ulong.MaxValue)]
    public void Open_HugeHeaderLength_IsRefusedBeforeAllocating(ulong length)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        long before = GC.GetAllocatedBytesForCurrentThread();

        AssertRefused(
            bytes,
            $"test.safetensors is not a safetensors file: its first 8 bytes say that the header has {length} bytes; up to 100000000 are allowed.");

        Assert.IsLessThan(1L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Open_HeaderLongerThanTheFile_SaysSo()
    {
        var bytes = new byte[20];
        bytes[0] = 13;

        AssertRefused(bytes, "test.safetensors is cut short: its header has 13 bytes, but 12 follow; copy it again.");
    }

    [TestMethod]
    public void Open_LargeFilePointer_IsNamedAsSuch()
    {
        byte[] pointer = Encoding.ASCII.GetBytes("version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 10935836\n");

        AssertRefused(
            pointer,
            "test.safetensors is a Git LFS pointer, not the file itself: run 'git lfs pull' where it was cloned, and copy it again.");
    }

    private static void AssertRefused(byte[] bytes, string message)
    {
        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => SafetensorsBytes.Open(bytes));

        Assert.AreEqual(message, exception.Message);
    }
}
