using System.Runtime.CompilerServices;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class EncoderStoreTests
{
    private static readonly DateTime Later = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [TestMethod]
    [DataRow("F32")]
    [DataRow("F16")]
    [DataRow("BF16")]
    public void InFile_AnyElementType_MatricesReadAsThoseInMemory(string elementType)
    {
        using var folder = new TemporaryFolder();
        EncoderStore store = Load(folder, new TinyCheckpoint().Change(tensor => elementType == ElementTypes.Float32 ? tensor : tensor.As(elementType)));
        IReadOnlyDictionary<string, Matrix> expected = EncoderTensors.ByName(store.OnHost());

        IReadOnlyDictionary<string, Matrix> actual = EncoderTensors.ByName(store.InFile());

        CollectionAssert.AreEquivalent(expected.Keys.ToArray(), actual.Keys.ToArray());
        foreach ((string name, Matrix matrix) in expected)
        {
            CollectionAssert.AreEqual(matrix.Values, Read(actual[name], 0), name);
            CollectionAssert.AreEqual(matrix.Row(matrix.Rows - 1).ToArray(), Read(actual[name], matrix.Rows - 1), name);
        }
    }

    [TestMethod]
    public void InFile_MatrixAsAWhole_IsNotInMemory()
    {
        using var folder = new TemporaryFolder();
        Matrix words = Load(folder, new TinyCheckpoint()).InFile().Embeddings.Words;

        InvalidOperationException exception = Assert.ThrowsExactly<InvalidOperationException>(() => words.Values);

        Assert.AreEqual($"A ({words.Rows}, {words.Columns}) matrix is not in memory: read its rows.", exception.Message);
    }

    [TestMethod]
    public void InFile_WeightsInMemoryThatNobodyUses_AreLetGo()
    {
        using var folder = new TemporaryFolder();
        EncoderStore store = Load(folder, new TinyCheckpoint());
        WeakReference inMemory = WordsOf(store);

        store.InFile();

        Assert.IsFalse(inMemory.IsAlive);
        Assert.IsNull(store.StayedInMemory);
    }

    [TestMethod]
    public void OnHost_WeightsInMemoryThatAreInUse_AreShared()
    {
        using var folder = new TemporaryFolder();
        EncoderStore store = Load(folder, new TinyCheckpoint());
        EncoderWeights used = store.OnHost();

        store.InFile();

        Assert.AreSame(used, store.OnHost());
    }

    [TestMethod]
    public void OnHost_WeightsThatWereLetGoAndTheirFolderDeleted_AreReadAgain()
    {
        EncoderStore store;
        float[] expected;
        using (var folder = new TemporaryFolder())
        {
            store = Load(folder, new TinyCheckpoint());
            expected = [.. store.OnHost().Embeddings.Words.Values];
            store.InFile();
        }

        GC.Collect();

        CollectionAssert.AreEqual(expected, store.OnHost().Embeddings.Words.Values);
        CollectionAssert.AreEqual(expected, Read(store.InFile().Embeddings.Words, 0));
    }

    [TestMethod]
    [DataRow(true, "since its file is no longer the one that was read. Results are the same.")]
    [DataRow(false, "since its file cannot be read again: ")]
    public void InFile_FileThatIsNotWhatWasRead_KeepsThoseInMemoryAndSaysWhy(bool isThere, string reason)
    {
        using var folder = new TemporaryFolder();
        EncoderStore store = Load(folder, new TinyCheckpoint());
        string file = folder.File(CheckpointFiles.Weights);
        if (isThere)
        {
            File.SetLastWriteTimeUtc(file, Later);
        }
        else
        {
            File.Delete(file);
        }

        Assert.AreSame(store.OnHost(), store.InFile());
        Assert.StartsWith($"The encoder stays in memory beside its copy on the device, {reason}", store.StayedInMemory);
    }

    [TestMethod]
    [DataRow("encoder.layer.1.attention.self.key.weight", 0.5f, DisplayName = "another encoder's matrix")]
    [DataRow("encoder.layer.1.attention.self.key.bias", 0.5f, DisplayName = "another encoder's bias")]
    [DataRow("encoder.layer.1.attention.self.key.bias", float.NaN, DisplayName = "a damaged bias")]
    public void InFile_OtherFileOfTheSameSizeAndTime_KeepsThoseInMemory(string name, float value)
    {
        using var folder = new TemporaryFolder();
        EncoderStore store = Load(folder, new TinyCheckpoint());
        string file = folder.File(CheckpointFiles.Weights);
        DateTime written = File.GetLastWriteTimeUtc(file);
        var other = new TinyCheckpoint().Change(tensor => tensor.Name != name
            ? tensor
            : RawTensor.OfFloats(name, tensor.Shape, [.. Enumerable.Repeat(value, tensor.Data.Length / sizeof(float))]));
        File.WriteAllBytes(file, other.ToSource().Files[CheckpointFiles.Weights]);
        File.SetLastWriteTimeUtc(file, written);

        Assert.AreSame(store.OnHost(), store.InFile());
    }

    [TestMethod]
    public void InFile_FileWrittenToSince_IsRefused()
    {
        using var folder = new TemporaryFolder();
        EncoderStore store = Load(folder, new TinyCheckpoint());
        store.InFile();
        GC.Collect();
        string file = folder.File(CheckpointFiles.Weights);
        File.SetLastWriteTimeUtc(file, Later);

        string expected = $"{folder.Path}/{CheckpointFiles.Weights} was written to while the encoder was in use, "
            + "which takes its weights from there: put the file back that it was, and load the encoder or the model again.";
        Assert.AreEqual(expected, Assert.ThrowsExactly<InvalidDataException>(() => store.InFile()).Message);
        Assert.AreEqual(expected, Assert.ThrowsExactly<InvalidDataException>(() => store.OnHost()).Message);
    }

    private static EncoderStore Load(TemporaryFolder folder, TinyCheckpoint checkpoint)
    {
        foreach ((string name, byte[] content) in checkpoint.ToSource().Files)
        {
            File.WriteAllBytes(folder.File(name), content);
        }

        return EncoderCheckpoint.Load(FolderSource.At(folder.Path), "tiny").Store;
    }

    // Not inlined, so that no frame of the test's holds what is to be collected.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference WordsOf(EncoderStore store) => new(store.OnHost().Embeddings.Words.Values);

    private static float[] Read(Matrix matrix, int first)
    {
        var values = new float[(matrix.Rows - first) * matrix.Columns];
        matrix.Read(first, values);
        return values;
    }
}
