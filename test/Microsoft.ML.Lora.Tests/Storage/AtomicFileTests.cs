using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public void Write_NewFileInNewFolder_MakesBoth()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "new", "model.bin");

        AtomicFile.Write(path, stream => stream.Write("content"u8));

        Assert.AreEqual("content", File.ReadAllText(path));
        CollectionAssert.AreEqual(new[] { "new" }, folder.Files());
    }

    [TestMethod]
    public void Write_OldFile_IsReplacedWhole()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.bin"), "a longer old content");

        AtomicFile.Write(folder.File("model.bin"), stream => stream.Write("new"u8));

        Assert.AreEqual("new", File.ReadAllText(folder.File("model.bin")));
        CollectionAssert.AreEqual(new[] { "model.bin" }, folder.Files());
    }

    [TestMethod]
    public void Write_WriterFails_LeavesOldFileAndNoDraft()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.bin"), "old");

        InvalidOperationException exception = Assert.ThrowsExactly<InvalidOperationException>(() => AtomicFile.Write(folder.File("model.bin"), stream =>
        {
            stream.Write("half of the new"u8);
            throw new InvalidOperationException("broken");
        }));

        Assert.AreEqual("broken", exception.Message);
        Assert.AreEqual("old", File.ReadAllText(folder.File("model.bin")));
        CollectionAssert.AreEqual(new[] { "model.bin" }, folder.Files());
    }

    [TestMethod]
    public void Write_DiskFails_SaysThatTheOldFileIsWhole()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.bin");
        File.WriteAllText(path, "old");

        IOException exception = Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(path, _ => throw new IOException("The disk is full.")));

        Assert.AreEqual($"'{path}' cannot be written: The disk is full. The file that was there is unchanged.", exception.Message);
        Assert.AreEqual("old", File.ReadAllText(path));
    }

    [TestMethod]
    public void Write_TargetIsAFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.bin");
        Directory.CreateDirectory(path);

        IOException exception = Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(path, stream => stream.Write("new"u8)));

        StringAssert.StartsWith(exception.Message, $"'{path}' cannot be written: ");
        StringAssert.EndsWith(exception.Message, " Nothing was written.");
        CollectionAssert.AreEqual(new[] { "model.bin" }, folder.Files());
    }

    [TestMethod]
    public void Write_FolderIsAFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("not-a-folder"), "");
        string path = Path.Combine(folder.Path, "not-a-folder", "model.bin");

        IOException exception = Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(path, stream => stream.Write("new"u8)));

        StringAssert.StartsWith(exception.Message, $"'{path}' cannot be written: ");
    }

    [TestMethod]
    public void Write_DraftLeftByACrash_IsOverwritten()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.bin.part"), "a long draft that nobody finished");

        AtomicFile.Write(folder.File("model.bin"), stream => stream.Write("new"u8));

        Assert.AreEqual("new", File.ReadAllText(folder.File("model.bin")));
        CollectionAssert.AreEqual(new[] { "model.bin" }, folder.Files());
    }

    [TestMethod]
    public void Write_AnotherWriterIsAtIt_RefusesAndLeavesItsDraft()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.bin");

        AtomicFile.Write(path, outer =>
        {
            outer.Write("outer"u8);
            Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(path, inner => inner.Write("inner"u8)));
        });

        Assert.AreEqual("outer", File.ReadAllText(path));
    }
}
