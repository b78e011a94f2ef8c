using System.Reflection;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora.Tests.Storage;

/// <summary>The encoders made for the project. The sums were computed with NumPy from the files.</summary>
[TestClass]
public sealed class ProjectEncodersTests
{
    private const double SumTolerance = 1e-9; // Sums of fp16 values in doubles, of about 10⁴: only their order differs.

    [TestMethod]
    public void Load_EmbeddedMini_HasItsSizesAndValues()
    {
        EncoderCheckpoint mini = EncoderCheckpoint.Load(AssemblySource.Load("Microsoft.ML.Lora.Mini", "LoraMl.Mini"), "loraml-mini-uncased");

        var expected = new EncoderShape
        {
            Family = "bert",
            Layers = 4,
            Hidden = 256,
            Heads = 4,
            FeedForward = 1024,
            Vocabulary = 8192,
            PositionRows = 256,
            Segments = 2,
            NormEpsilon = 1e-12f,
            Activation = Activation.Gelu,
        };
        Assert.AreEqual(expected, mini.Weights.Shape);
        Assert.AreEqual(-1023.1729654669762, Sum(mini.Weights.Embeddings.Words.Values), SumTolerance);
        Assert.AreEqual(27.63274735212326, Sum(mini.Weights.Layers[3].FeedForwardOut.Weight.Values), SumTolerance);
        Assert.AreEqual(-0.491518497467041, Sum(mini.Weights.Pooler!.Bias), SumTolerance);
        Assert.AreEqual("cls.predictions.bias", mini.IgnoredTensors[0]);
        Assert.IsTrue(mini.IgnoredTensors.All(name => name.StartsWith("cls.", StringComparison.Ordinal)));
        mini.RequireVocabulary(8192, "vocab.txt");
    }

    [TestMethod]
    public void Load_MiniFromFolder_HasTheEmbeddedOnesChecksum()
    {
        EncoderCheckpoint embedded = EncoderCheckpoint.Load(AssemblySource.Load("Microsoft.ML.Lora.Mini", "LoraMl.Mini"), "loraml-mini-uncased");

        EncoderCheckpoint folder = EncoderCheckpoint.Load(FolderSource.At(FindShared("loraml-mini-uncased")), "loraml-mini-uncased");

        Assert.AreEqual(embedded.Identity, folder.Identity);
        CollectionAssert.AreEqual(embedded.Weights.Embeddings.Words.Values, folder.Weights.Embeddings.Words.Values);
    }

    [TestMethod]
    public void Load_SmallFromFolder_HasItsSizes()
    {
        EncoderCheckpoint small = EncoderCheckpoint.Load(FolderSource.At(FindShared("loraml-small-uncased")), "loraml-small-uncased");

        EncoderShape shape = small.Weights.Shape;
        Assert.AreEqual((6, 384, 6, 1536, 16384, 512), (shape.Layers, shape.Hidden, shape.Heads, shape.FeedForward, shape.Vocabulary, shape.PositionRows));
        Assert.AreEqual(64, small.Identity.Checksum.Length);
    }

    private static double Sum(float[] values) => values.Sum(value => (double)value);

    private static string FindShared(string encoder)
    {
        string shared = typeof(ProjectEncodersTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "SharedDirectory").Value!;
        string folder = Path.Combine(shared, "encoders", encoder);
        if (!Directory.Exists(folder))
        {
            Assert.Inconclusive($"The encoder {encoder} is not beside the repository.");
        }

        return folder;
    }
}
