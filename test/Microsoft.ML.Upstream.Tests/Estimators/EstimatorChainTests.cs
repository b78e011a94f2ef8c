using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Upstream.Tests.Estimators;

[TestClass]
public sealed class EstimatorChainTests
{
    private readonly MLContext _ml = new(seed: 1);

    private IDataView Source => _ml.Data.LoadFromEnumerable(new[] { new Row { Text = "a" }, new Row { Text = "bc" } });

    [TestMethod]
    public void Fit_SeveralEstimators_GivesThemInOneFlatChain()
    {
        var pipeline = _ml.Transforms.CopyColumns("A", "Text")
            .Append(_ml.Transforms.CopyColumns("B", "A"))
            .Append(_ml.Transforms.DropColumns("A"));

        var model = pipeline.Fit(Source);

        Assert.AreEqual(3, model.Count());
        Assert.IsInstanceOfType<ColumnSelectingTransformer>(model.LastTransformer);
        CollectionAssert.AreEqual(new[] { "Text", "B" }, Names(model.GetOutputSchema(Source.Schema)));
        CollectionAssert.AreEqual(new[] { "Text", "B" }, Names(model.Transform(Source).Schema));
    }

    [TestMethod]
    public void Fit_SchemaThatCannotFit_FailsBeforeAnyEstimatorIsFitted()
    {
        var first = new RecordingEstimator();
        var pipeline = first.Append(_ml.Transforms.CopyColumns("B", "Missing"));

        var fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => pipeline.Fit(Source));

        StringAssert.Contains(fault.Message, "Could not find input column 'Missing'");
        Assert.AreEqual(1, first.ShapesSeen);
        Assert.AreEqual(0, first.Fits);
    }

    [TestMethod]
    public void Fit_HiddenColumn_IsNotPartOfTheShape()
    {
        var hiding = _ml.Transforms.CopyColumns("Text", "Text").Fit(Source).Transform(Source);
        var first = new RecordingEstimator();

        var model = first.Append(_ml.Transforms.CopyColumns("Copy", "Text")).Fit(hiding);

        CollectionAssert.AreEqual(new[] { "Text" }, first.NamesSeen);
        CollectionAssert.AreEqual(new[] { "Text", "Text", "Copy" }, Names(model.Transform(hiding).Schema));
    }

    [TestMethod]
    public void Fit_CacheCheckpoint_PullsTheRowsBeforeItOnce()
    {
        var reads = 0;
        var rows = Enumerable.Range(0, 3).Select(index =>
        {
            reads++;
            return new Row { Text = $"{index}" };
        });
        var reader = new RecordingEstimator { Passes = 4 };

        _ml.Transforms.CopyColumns("A", "Text").AppendCacheCheckpoint(_ml).Append(reader).Fit(_ml.Data.LoadFromEnumerable(rows));

        Assert.AreEqual(3, reads);
    }

    [TestMethod]
    public void AppendCacheCheckpoint_EmptyChain_Throws() =>
        Assert.ThrowsExactly<InvalidOperationException>(() => new EstimatorChain<ITransformer>().AppendCacheCheckpoint(_ml));

    [TestMethod]
    public void Fit_EmptyChain_GivesAnEmptyChain()
    {
        var model = new EstimatorChain<ITransformer>().Fit(Source);

        Assert.IsNull(model.LastTransformer);
        Assert.AreEqual(0, model.Count());
    }

    [TestMethod]
    public void Fit_TransformerForTrainingOnly_IsLeftOutWhenTheModelIsUsed()
    {
        var model = _ml.Transforms.CopyColumns("A", "Text")
            .Append(_ml.Transforms.CopyColumns("B", "A"), TransformerScope.TrainTest)
            .Append(_ml.Transforms.CopyColumns("C", "A"))
            .Fit(Source);

        CollectionAssert.AreEqual(new[] { "Text", "A", "C" }, Names(model.Transform(Source).Schema));
        CollectionAssert.AreEqual(new[] { "Text", "A", "B", "C" }, Names(model.Transform(Source, TransformerScope.Everything).Schema));
        Assert.AreEqual(2, model.GetModelFor(TransformerScope.Scoring).Count());
    }

    [TestMethod]
    public void LastEstimator_OfAChain_IsTheOneAppendedLast()
    {
        var last = _ml.Transforms.CopyColumns("B", "A");

        Assert.AreSame(last, _ml.Transforms.CopyColumns("A", "Text").Append(last).LastEstimator);
    }

    private static string[] Names(DataViewSchema schema) => [.. schema.Select(column => column.Name)];

    private sealed class Row
    {
        public string? Text { get; set; }
    }

    /// <summary>Counts what it is asked for, and reads the data as often as told.</summary>
    private sealed class RecordingEstimator : IEstimator<ITransformer>
    {
        public int Passes { get; init; }

        public int ShapesSeen { get; private set; }

        public string[] NamesSeen { get; private set; } = [];

        public int Fits { get; private set; }

        public ITransformer Fit(IDataView input)
        {
            Fits++;
            for (var pass = 0; pass < Passes; pass++)
            {
                using var cursor = input.GetRowCursor(input.Schema);
                while (cursor.MoveNext())
                {
                }
            }
            return new TransformerChain<ITransformer>();
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            ShapesSeen++;
            NamesSeen = [.. inputSchema.Select(column => column.Name)];
            return inputSchema;
        }
    }
}
