using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Text;
using Microsoft.ML.Upstream.Tests.DataView;

namespace Microsoft.ML.Upstream.Tests.Saving;

[TestClass]
public sealed class SavingTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Source => _ml.Data.LoadFromEnumerable(new[] { new TextRow { Text = "Bé" }, new TextRow { Text = "a" } });

    [TestMethod]
    public void Load_SingleTransformer_GivesItItself()
    {
        var loaded = SaveAndLoad(_ml.Transforms.CopyColumns("Copy", "Text").Fit(Source), Source.Schema, out _);

        Assert.IsInstanceOfType<ColumnCopyingTransformer>(loaded);
        CollectionAssert.AreEqual(new[] { "Bé", "a" }, loaded.Transform(Source).Texts("Copy"));
    }

    [TestMethod]
    public void Load_EachTransformer_WorksAsBefore()
    {
        var pipeline = _ml.Transforms.CopyColumns("Copy", "Text")
            .Append(_ml.Transforms.Text.NormalizeText("Upper", "Copy", TextNormalizingEstimator.CaseMode.Upper, keepDiacritics: true))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Upper", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key"))
            .Append(_ml.Transforms.Conversion.MapValue("Mapped", new Dictionary<string, double> { ["BÉ"] = 0.5 }, "Back"))
            .Append(_ml.Transforms.DropColumns("Copy"))
            .Append(_ml.Transforms.SelectColumns("Mapped", "Back", "Key"));
        var model = pipeline.Fit(Source);

        var loaded = SaveAndLoad(model, Source.Schema, out _).Transform(Source);

        CollectionAssert.AreEqual(
            model.Transform(Source).Schema.Select(column => column.ToString()).ToArray(),
            loaded.Schema.Select(column => column.ToString()).ToArray());
        CollectionAssert.AreEqual(new uint[] { 2, 1 }, loaded.Values<uint>("Key"));
        CollectionAssert.AreEqual(new[] { "BÉ", "A" }, loaded.Texts("Back"));
        CollectionAssert.AreEqual(new[] { 0.5, 0.0 }, loaded.Values<double>("Mapped"));
    }

    [TestMethod]
    public void Load_Scopes_AreKept()
    {
        var model = _ml.Transforms.CopyColumns("A", "Text")
            .Append(_ml.Transforms.CopyColumns("B", "Text"), TransformerScope.TrainTest)
            .Append(_ml.Transforms.CopyColumns("C", "Text"))
            .Fit(Source);

        var loaded = SaveAndLoad(model, Source.Schema, out _);

        CollectionAssert.AreEqual(new[] { "Text", "A", "C" }, loaded.GetOutputSchema(Source.Schema).Select(column => column.Name).ToArray());
    }

    [TestMethod]
    public void Load_EmptyChain_GivesAnEmptyChain()
    {
        var loaded = SaveAndLoad(new TransformerChain<ITransformer>(), Source.Schema, out _);

        Assert.IsEmpty(Assert.IsInstanceOfType<TransformerChain<ITransformer>>(loaded));
    }

    [TestMethod]
    public void Load_InputSchema_HasItsTypesAnnotationsAndHiddenColumns()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("ScoreColumnKind", TextDataViewType.Instance, "Binary".AsMemory());
        var threeNumbers = new VectorDataViewType(NumberDataViewType.Int32, 3);
        annotations.Add("KeyValues", threeNumbers, (ref VBuffer<int> values) => values = new VBuffer<int>(3, [5, 6, 7]));
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Text", TextDataViewType.Instance);
        builder.AddColumn("Key", new KeyDataViewType(typeof(uint), 3), annotations.ToAnnotations());
        builder.AddColumn("Vector", new VectorDataViewType(NumberDataViewType.Single, 2, 3));
        builder.AddColumn("Varying", new VectorDataViewType(TextDataViewType.Instance));
        builder.AddColumn("Flag", BooleanDataViewType.Instance);
        builder.AddColumn("Text", NumberDataViewType.Int64);

        SaveAndLoad(_ml.Transforms.CopyColumns("Copy", "Text").Fit(Source), builder.ToSchema(), out var schema);

        CollectionAssert.AreEqual(
            new[]
            {
                "Text: String", "Key: Key<UInt32, 0-2> {ScoreColumnKind, KeyValues}", "Vector: Vector<Single, 2, 3>", "Varying: Vector<String>",
                "Flag: Boolean", "Text: Int64",
            },
            schema!.Select(column => column.ToString()).ToArray());
        Assert.IsTrue(schema![0].IsHidden);
        var keyValues = default(VBuffer<int>);
        schema["Key"].Annotations.GetValue("KeyValues", ref keyValues);
        CollectionAssert.AreEqual(new[] { 5, 6, 7 }, keyValues.DenseValues().ToArray());
    }

    [TestMethod]
    public void Load_NoSchemaSaved_GivesNone()
    {
        SaveAndLoad(_ml.Transforms.CopyColumns("Copy", "Text").Fit(Source), null, out var schema);

        Assert.IsNull(schema);
    }

    [TestMethod]
    public void Save_Stream_LeavesItOpenAtItsEnd()
    {
        using var stream = new MemoryStream();

        _ml.Model.Save(_ml.Transforms.CopyColumns("Copy", "Text").Fit(Source), Source.Schema, stream);

        Assert.IsTrue(stream.CanRead);
        Assert.AreEqual(stream.Length, stream.Position);
    }

    [TestMethod]
    public void Save_Path_WritesAFileThatLoads()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllText(path, new string('x', 100_000));

            _ml.Model.Save(_ml.Transforms.CopyColumns("Copy", "Text").Fit(Source), Source.Schema, path);
            var loaded = new MLContext().Model.Load(path, out var schema);

            Assert.IsInstanceOfType<ColumnCopyingTransformer>(loaded);
            Assert.AreEqual("Text: String", schema.Single().ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void Save_FolderThatIsNotThere_Throws()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "model.zip");

        Assert.ThrowsExactly<DirectoryNotFoundException>(
            () => _ml.Model.Save(_ml.Transforms.CopyColumns("Copy", "Text").Fit(Source), Source.Schema, path));
    }

    [TestMethod]
    public void Load_NoFile_Throws()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        Assert.ThrowsExactly<FileNotFoundException>(() => _ml.Model.Load(path, out _));
    }

    [TestMethod]
    public void Load_NotAnArchive_Throws()
    {
        using var stream = new MemoryStream(new byte[100]);

        Assert.ThrowsExactly<FormatException>(() => _ml.Model.Load(stream, out _));
    }

    [TestMethod]
    public void Load_CutShort_Throws()
    {
        using var whole = new MemoryStream();
        _ml.Model.Save(_ml.Transforms.CopyColumns("Copy", "Text").Fit(Source), Source.Schema, whole);
        using var cut = new MemoryStream(whole.ToArray()[..^30]);

        Assert.ThrowsExactly<FormatException>(() => _ml.Model.Load(cut, out _));
    }

    private ITransformer SaveAndLoad(ITransformer model, DataViewSchema? schema, out DataViewSchema? loadedSchema)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, schema, stream);
        stream.Position = 0;
        return new MLContext().Model.Load(stream, out loadedSchema);
    }
}
