using System.IO.Compression;

namespace Microsoft.ML.Upstream.Tests.Offline;

/// <summary>What only the offline stand-in does: its own zip format, which says what it is, and refusal of every other.</summary>
[TestClass]
public sealed class OfflineModelTests
{
    private const string Marker = "Microsoft.ML.Offline";

    private readonly MLContext _ml = new(seed: 1);

    [TestInitialize]
    public void RequireTheStandIn()
    {
        var assembly = typeof(MLContext).Assembly.GetName().Name;
        if (assembly != Marker)
            Assert.Inconclusive($"The models of {assembly} are not in the stand-in's format.");
    }

    [TestMethod]
    public void Save_Model_SaysFirstWhatItIs()
    {
        using var stream = new MemoryStream(Saved());
        using var archive = new ZipArchive(stream);

        Assert.AreEqual(Marker, archive.Entries[0].FullName);
        using var reader = new StreamReader(archive.Entries[0].Open());
        Assert.AreEqual(
            "Format 1\nA model of the offline stand-in for Microsoft.ML. ML.NET itself cannot load it; train and save it there instead.\n",
            reader.ReadToEnd());
    }

    [TestMethod]
    public void Load_ModelOfMlNet_IsRefused()
    {
        var model = Archive(("TransformerChain/Model.key", "ML MODEL"), ("TransformerChain/Version.txt", "5.0.0"));

        var fault = Assert.ThrowsExactly<NotSupportedException>(() => Load(model));

        Assert.AreEqual(
            "The file is a model of ML.NET itself, which the offline stand-in for Microsoft.ML cannot load; "
            + "build with the real packages to use it.",
            fault.Message);
    }

    [TestMethod]
    public void Load_AnotherArchive_IsRefused()
    {
        var fault = Assert.ThrowsExactly<InvalidOperationException>(() => Load(Archive(("readme.txt", "hello"))));

        Assert.AreEqual(
            "The file is not a model of the offline stand-in for Microsoft.ML: it has no entry 'Microsoft.ML.Offline'.", fault.Message);
    }

    [TestMethod]
    public void Load_AnotherFormat_IsRefused()
    {
        var fault = Assert.ThrowsExactly<FormatException>(() => Load(Archive((Marker, "Format 2\n"))));

        Assert.AreEqual(
            "The model has the format 'Format 2', but this build of the offline stand-in reads 'Format 1'; "
            + "save the model again with this build.",
            fault.Message);
    }

    [TestMethod]
    public void Load_NoTransformer_IsRefused()
    {
        var fault = Assert.ThrowsExactly<FormatException>(() => Load(Archive((Marker, "Format 1\n"))));

        Assert.AreEqual("The model has no entry 'Transformer/Model'; save it again.", fault.Message);
    }

    [TestMethod]
    public void Load_UnknownTransformer_IsRefused()
    {
        var fault = Assert.ThrowsExactly<FormatException>(() => Load(Archive((Marker, "Format 1\n"), ("Transformer/Model", "\u0005Guess"))));

        Assert.AreEqual("The model holds a transformer 'Guess' that this build of the offline stand-in does not know.", fault.Message);
    }

    [TestMethod]
    public void Load_TransformerCutShort_IsRefused()
    {
        var model = Archive((Marker, "Format 1\n"), ("Transformer/Model", "\u000BCopyColumns"));

        var fault = Assert.ThrowsExactly<FormatException>(() => Load(model));

        Assert.AreEqual("Entry 'Transformer/Model' of the model ends too early; save the model again.", fault.Message);
    }

    [TestMethod]
    public void Load_SchemaCutShort_IsRefused()
    {
        var fault = Assert.ThrowsExactly<FormatException>(() => Load(Archive((Marker, "Format 1\n"), ("InputSchema", "\u0001\0\0\0\u0001A"))));

        Assert.AreEqual("Entry 'InputSchema' of the model ends too early; save the model again.", fault.Message);
    }

    [TestMethod]
    public void Load_NoArchive_IsRefused()
    {
        var fault = Assert.ThrowsExactly<FormatException>(() => Load([1, 2, 3]));

        Assert.AreEqual("The file is not a model: it is no zip archive, or an incomplete one.", fault.Message);
    }

    [TestMethod]
    public void MapValue_ValuesAsKeys_NamesWhatIsMissing()
    {
        var fault = Assert.ThrowsExactly<NotSupportedException>(
            () => _ml.Transforms.Conversion.MapValue("Key", new Dictionary<string, string> { ["a"] = "b" }, "Text", treatValuesAsKeyType: true));

        Assert.AreEqual(
            "MapValue with treatValuesAsKeyType is not supported by the offline stand-in for Microsoft.ML; "
            + "build with the real packages to use it.",
            fault.Message);
    }

    [TestMethod]
    public void MapValueToKey_Vector_NamesWhatIsMissing()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new VectorRow { Numbers = [1] } });

        var fault = Assert.ThrowsExactly<NotSupportedException>(() => _ml.Transforms.Conversion.MapValueToKey("Key", "Numbers").Fit(data));

        Assert.AreEqual(
            "MapValueToKey of a column of Vector<Single> is not supported by the offline stand-in for Microsoft.ML; "
            + "build with the real packages to use it.",
            fault.Message);
    }

    private byte[] Saved()
    {
        var data = _ml.Data.LoadFromEnumerable(Array.Empty<Row>());
        using var stream = new MemoryStream();
        _ml.Model.Save(_ml.Transforms.CopyColumns("Copy", "Text").Fit(data), data.Schema, stream);
        return stream.ToArray();
    }

    private static byte[] Archive(params (string Name, string Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write(content);
            }
        }
        return stream.ToArray();
    }

    private void Load(byte[] model)
    {
        using var stream = new MemoryStream(model);
        _ml.Model.Load(stream, out _);
    }

    private sealed class Row
    {
        public string? Text { get; set; }
    }

    private sealed class VectorRow
    {
        public float[]? Numbers { get; set; }
    }
}
