using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

[TestClass]
public sealed class TrainingCheckpointFileTests
{
    [TestMethod]
    public void Read_WhatWasWritten_IsTheSameBitForBit()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "new", "training.safetensors");
        var facts = new Facts();
        facts.Set("step", 12L);
        facts.Set("random.0", ulong.MaxValue);
        facts.Set("loss", 0.1 + 0.2);
        NamedTensor[] tensors = [new("z", [3], [1, float.Epsilon, -0f]), new("a", [2, 1], [float.MaxValue, 1f / 3])];

        TrainingCheckpointFile.Write(path, new TrainingCheckpoint(tensors, facts));
        TrainingCheckpoint read = TrainingCheckpointFile.Read(path);

        CollectionAssert.AreEqual(new[] { "z", "a" }, read.Tensors.Select(tensor => tensor.Name).ToArray());
        foreach ((NamedTensor expected, NamedTensor actual) in tensors.Zip(read.Tensors))
        {
            CollectionAssert.AreEqual(
                expected.Values.Select(BitConverter.SingleToInt32Bits).ToArray(), actual.Values.Select(BitConverter.SingleToInt32Bits).ToArray());
        }

        CollectionAssert.AreEqual(facts.Values.ToArray(), read.Facts.Values.ToArray());
        Assert.AreEqual((12L, ulong.MaxValue, 0.1 + 0.2), (read.Facts.Whole("step"), read.Facts.Bits("random.0"), read.Facts.Number("loss")));
    }

    [TestMethod]
    public void Write_TheSameTwice_GivesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new TrainingCheckpoint([new("a", [1], [1])], Facts.From([new("k", "v"), new("b", "w")]));

        TrainingCheckpointFile.Write(folder.File("one"), checkpoint);
        TrainingCheckpointFile.Write(folder.File("two"), checkpoint);

        CollectionAssert.AreEqual(File.ReadAllBytes(folder.File("one")), File.ReadAllBytes(folder.File("two")));
    }

    [TestMethod]
    public void Write_ReservedName_IsRefusedAndTheOldFileStays()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("training.safetensors"), "old");

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => TrainingCheckpointFile.Write(folder.File("training.safetensors"), new TrainingCheckpoint([], Facts.From([new("loraml.kind", "x")]))));

        StringAssert.StartsWith(exception.Message, "The name 'loraml.kind' is taken; a name may not begin with 'loraml.'.");
        Assert.AreEqual("old", File.ReadAllText(folder.File("training.safetensors")));
    }

    [TestMethod]
    [DataRow("{}", "some other safetensors file")]
    [DataRow("""{"__metadata__":{"format":"pt"}}""", "some other safetensors file")]
    [DataRow("""{"__metadata__":{"loraml.kind":"model","loraml.version":"1"}}""", "model")]
    public void Read_AnotherKindOfFile_IsRefused(string header, string found)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("training.safetensors");
        File.WriteAllBytes(path, SafetensorsBytes.Of(header));

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => TrainingCheckpointFile.Read(path));

        Assert.AreEqual($"{path} is not a training checkpoint of LoraMl, but {found}.", exception.Message);
    }

    [TestMethod]
    [DataRow("""{"__metadata__":{"loraml.kind":"training checkpoint","loraml.version":"2"}}""", "2")]
    [DataRow("""{"__metadata__":{"loraml.kind":"training checkpoint"}}""", "unknown")]
    public void Read_AnotherVersion_IsRefused(string header, string version)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("training.safetensors");
        File.WriteAllBytes(path, SafetensorsBytes.Of(header));

        NotSupportedException exception = Assert.ThrowsExactly<NotSupportedException>(() => TrainingCheckpointFile.Read(path));

        Assert.AreEqual(
            $"{path} is a training checkpoint in version {version} of its format, but this library reads version 1: use the library that wrote it, or make it anew.",
            exception.Message);
    }
}
