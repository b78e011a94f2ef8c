using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class CheckpointSourceTests
{
    [TestMethod]
    public void FolderSource_FileThere_IsOpened()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("vocab.txt"), "[PAD]");

        FolderSource source = FolderSource.At(folder.Path);
        using var reader = new StreamReader(source.Open("vocab.txt"));

        Assert.AreEqual(folder.Path, source.Name);
        Assert.IsTrue(source.Has("vocab.txt"));
        Assert.IsFalse(source.Has("tokenizer.json"));
        Assert.AreEqual("[PAD]", reader.ReadToEnd());
    }

    [TestMethod]
    public void FolderSource_FileMissing_IsNamed()
    {
        using var folder = new TemporaryFolder();

        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => FolderSource.At(folder.Path).Open("vocab.txt"));

        Assert.AreEqual($"{folder.Path} has no file 'vocab.txt'.", exception.Message);
    }

    [TestMethod]
    public void FolderSource_FolderMissing_IsNamed()
    {
        using var folder = new TemporaryFolder();

        DirectoryNotFoundException exception = Assert.ThrowsExactly<DirectoryNotFoundException>(() => FolderSource.At(folder.File("none")));

        Assert.AreEqual($"The encoder folder '{folder.File("none")}' does not exist.", exception.Message);
    }

    [TestMethod]
    public void FolderSource_FileGivenAsFolder_SaysWhatToGive()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.safetensors"), "");

        DirectoryNotFoundException exception = Assert.ThrowsExactly<DirectoryNotFoundException>(() => FolderSource.At(folder.File("model.safetensors")));

        Assert.AreEqual(
            $"The encoder folder '{folder.File("model.safetensors")}' is a file; give the folder that holds config.json and model.safetensors.",
            exception.Message);
    }

    [TestMethod]
    public void AssemblySource_Resource_IsReadWhereItLies()
    {
        AssemblySource source = AssemblySource.Load("Microsoft.ML.Lora.Mini", "LoraMl.Mini");

        using Stream stream = source.Open("model.safetensors");

        Assert.IsInstanceOfType<UnmanagedMemoryStream>(stream);
        Assert.AreEqual("Microsoft.ML.Lora.Mini", source.Name);
        Assert.IsTrue(source.Has("MODEL_CARD.md"));
        Assert.IsFalse(source.Has("pytorch_model.bin"));
    }

    [TestMethod]
    public void AssemblySource_ResourceMissing_IsNamed()
    {
        AssemblySource source = AssemblySource.Load("Microsoft.ML.Lora.Mini", "LoraMl.Mini");

        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => source.Open("none.txt"));

        Assert.AreEqual("The assembly 'Microsoft.ML.Lora.Mini' has no resource 'none.txt'.", exception.Message);
    }

    [TestMethod]
    public void AssemblySource_AssemblyMissing_NamesThePackage()
    {
        FileNotFoundException exception = Assert.ThrowsExactly<FileNotFoundException>(() => AssemblySource.Load("Microsoft.ML.Lora.None", "LoraMl.None"));

        Assert.AreEqual(
            "The assembly 'Microsoft.ML.Lora.None' is not among the program's assemblies: add a reference to the package LoraMl.None, or give an encoder folder.",
            exception.Message);
    }
}
