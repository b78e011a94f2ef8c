using Microsoft.ML.Data;
using Microsoft.ML.Upstream.Tests.DataView;

namespace Microsoft.ML.Upstream.Tests.Estimators;

[TestClass]
public sealed class TransformerChainTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Source => _ml.Data.LoadFromEnumerable(new[] { new Row { Text = "a" } });

    [TestMethod]
    public void Constructor_SeveralTransformers_KeepsThemFlat()
    {
        var copy = _ml.Transforms.CopyColumns("A", "Text").Fit(Source);

        var chain = new TransformerChain<ITransformer>(copy, copy, copy);

        Assert.AreEqual(3, chain.Count());
    }

    [TestMethod]
    public void Append_ToATransformer_NestsIt()
    {
        ITransformer chain = new TransformerChain<ITransformer>(
            _ml.Transforms.CopyColumns("A", "Text").Fit(Source), _ml.Transforms.CopyColumns("B", "Text").Fit(Source));

        var appended = chain.Append(_ml.Transforms.CopyColumns("C", "Text").Fit(Source));

        Assert.AreEqual(2, appended.Count());
        Assert.AreSame(chain, appended.First());
    }

    [TestMethod]
    public void Transform_EmptyChain_GivesTheInput()
    {
        var source = Source;

        Assert.AreSame(source, new TransformerChain<ITransformer>().Transform(source));
    }

    [TestMethod]
    public void Transform_SchemaThatCannotFit_ThrowsAtOnce()
    {
        var copy = _ml.Transforms.CopyColumns("A", "Text").Fit(Source);
        var chain = new TransformerChain<ITransformer>(copy);
        var other = _ml.Data.LoadFromEnumerable(new[] { new Other() });

        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => chain.Transform(other));

        StringAssert.Contains(fault.Message, "Could not find input column 'Text'");
    }

    [TestMethod]
    public void Dispose_Twice_DisposesItsTransformersOnce()
    {
        var inner = new CountingTransformer();
        var chain = new TransformerChain<ITransformer>(new TransformerChain<ITransformer>(inner));

        chain.Dispose();
        chain.Dispose();

        Assert.AreEqual(1, inner.Disposals);
    }

    [TestMethod]
    public void IsRowToRowMapper_OneTransformerIsNot_IsFalse()
    {
        var copy = _ml.Transforms.CopyColumns("A", "Text").Fit(Source);

        Assert.IsTrue(((ITransformer)new TransformerChain<ITransformer>(copy)).IsRowToRowMapper);
        Assert.IsFalse(((ITransformer)new TransformerChain<ITransformer>(copy, new CountingTransformer())).IsRowToRowMapper);
    }

    [TestMethod]
    public void RowMapper_OfAChain_NeedsOnlyWhatTheWantedColumnsNeed()
    {
        ITransformer chain = new TransformerChain<ITransformer>(
            _ml.Transforms.CopyColumns("A", "Text").Fit(Source), _ml.Transforms.CopyColumns("B", "Label").Fit(Source2));
        var mapper = chain.GetRowToRowMapper(Source2.Schema);

        var needed = mapper.GetDependencies([mapper.OutputSchema["A"]]);

        CollectionAssert.AreEqual(new[] { "Text" }, needed.Select(column => column.Name).ToArray());
    }

    [TestMethod]
    public void RowMapper_RowOfAnEqualButOtherSchema_Throws()
    {
        ITransformer copy = _ml.Transforms.CopyColumns("A", "Text").Fit(Source);
        var mapper = copy.GetRowToRowMapper(Source.Schema);
        using var cursor = Source.GetRowCursor(Source.Schema);

        Assert.ThrowsExactly<InvalidOperationException>(() => mapper.GetRow(cursor, mapper.OutputSchema));
    }

    [TestMethod]
    public void RowMapper_OverACursor_FollowsIt()
    {
        var source = _ml.Data.LoadFromEnumerable(new[] { new Row { Text = "a" }, new Row { Text = "b" } });
        ITransformer copy = _ml.Transforms.CopyColumns("A", "Text").Fit(source);
        var mapper = copy.GetRowToRowMapper(source.Schema);
        using var cursor = source.GetRowCursor(source.Schema);
        using var row = mapper.GetRow(cursor, mapper.OutputSchema);
        var getter = row.GetGetter<ReadOnlyMemory<char>>(row.Schema["A"]);
        var texts = new List<string>();

        while (cursor.MoveNext())
        {
            var text = default(ReadOnlyMemory<char>);
            getter(ref text);
            texts.Add($"{row.Position}{text}");
        }

        Assert.AreSame(mapper.OutputSchema, row.Schema);
        CollectionAssert.AreEqual(new[] { "0a", "1b" }, texts);
    }

    [TestMethod]
    public void Transform_ColumnHidingAnother_StandsRightAfterIt()
    {
        var copied = _ml.Transforms.CopyColumns("Text", "Label").Fit(Source2).Transform(Source2);

        CollectionAssert.AreEqual(new[] { "Text", "Text", "Label" }, copied.Schema.Select(column => column.Name).ToArray());
        Assert.IsTrue(copied.Schema[0].IsHidden);
        CollectionAssert.AreEqual(new[] { "x" }, copied.Texts("Text"));
    }

    private IDataView Source2 => _ml.Data.LoadFromEnumerable(new[] { new Labelled { Text = "a", Label = "x" } });

    private sealed class Row
    {
        public string? Text { get; set; }
    }

    private sealed class Labelled
    {
        public string? Text { get; set; }

        public string? Label { get; set; }
    }

    private sealed class Other
    {
        public float Number { get; set; }
    }

    /// <summary>Passes the data on and counts how often it is disposed of.</summary>
    private sealed class CountingTransformer : ITransformer, IDisposable
    {
        public int Disposals { get; private set; }

        public bool IsRowToRowMapper => false;

        public void Dispose() => Disposals++;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

        public IDataView Transform(IDataView input) => input;

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
    }
}
