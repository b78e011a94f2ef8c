using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class PipelineTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void GetOutputSchema_OfTheTrainer_NamesTheOutputsForWhatFollows()
    {
        var probe = new ShapeProbe(_ml);

        _ml.Transforms.CopyColumns("Copy", "Sentence1").Append(new LoraSentencePairTrainer(_ml, _encoder.Options)).Append(probe).Fit(TinyPairs.Data(_ml, 16));

        CollectionAssert.AreEquivalent(
            new[] { "Id Int32", "Sentence1 String", "Sentence2 String", "Label Boolean", "Copy String", "PredictedLabel Boolean", "Score Single", "Probability Single" },
            probe.Seen!.Select(column => $"{column.Name} {column.ItemType}").ToArray());
        Assert.IsTrue(probe.Seen!.All(column => column.Kind == SchemaShape.Column.VectorKind.Scalar && !column.IsKey));
    }

    [TestMethod]
    public void Fit_Pipeline_TransformsAsItsParts()
    {
        IDataView data = TinyPairs.Data(_ml, 64);
        var pipeline = _ml.Transforms.CopyColumns("Copy", "Sentence1")
            .Append(new LoraSentencePairTrainer(_ml, _encoder.Options))
            .Append(_ml.Transforms.CopyColumns("Logit", "Score"));

        var model = pipeline.Fit(data);

        IDataView scored = model.Transform(data);
        CollectionAssert.AreEqual(scored.GetColumn<float>("Score").ToArray(), scored.GetColumn<float>("Logit").ToArray());
        CollectionAssert.AreEqual(scored.GetColumn<string>("Sentence1").ToArray(), scored.GetColumn<string>("Copy").ToArray());
        Scored.AssertSame(Scored.Of(_ml, _encoder.Train(_ml), data), Scored.Of(_ml, scored));
    }

    [TestMethod]
    public void Predict_WholePipeline_EqualsTransform()
    {
        TinyPair[] pairs = TinyPairs.Create(40);
        IDataView data = _ml.Data.LoadFromEnumerable(pairs);
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "Sentence1")
            .Append(new LoraSentencePairTrainer(_ml, _encoder.Options with { FirstSentenceColumnName = "Copy" })).Fit(data);
        using PredictionEngine<TinyPair, Scored> engine = _ml.Model.CreatePredictionEngine<TinyPair, Scored>(model);

        Scored[] predicted = [.. pairs.Select(engine.Predict)];

        Scored.AssertSame(Scored.Of(_ml, model, data), predicted);
    }

    [TestMethod]
    public void Predict_NoLabelColumn_Scores()
    {
        using PredictionEngine<UnlabelledPair, Scored> engine = _ml.Model.CreatePredictionEngine<UnlabelledPair, Scored>(_encoder.Train(_ml));

        Assert.IsTrue(float.IsFinite(engine.Predict(new UnlabelledPair()).Score));
    }

    [TestMethod]
    public void Mapper_Dependencies_AreTheSentencesWhereScoresAreWanted()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml);
        IRowToRowMapper mapper = model.GetRowToRowMapper(new MemoryView([]).Schema);

        string Dependencies(params string[] wanted) =>
            string.Join(", ", mapper.GetDependencies(wanted.Select(name => mapper.OutputSchema[name])).Select(column => column.Name));

        Assert.IsTrue(model.IsRowToRowMapper);
        Assert.AreEqual("Sentence1, Sentence2", Dependencies("Score"));
        Assert.AreEqual("Sentence1, Sentence2", Dependencies("PredictedLabel", "Probability"));
        Assert.AreEqual("Id", Dependencies("Id"));
        Assert.AreEqual("Sentence2, Id, Sentence1", Dependencies("Sentence2", "Id", "Score"));
    }

    [TestMethod]
    public void Mapper_RowOfAnotherSchema_IsRefused()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml);
        IRowToRowMapper mapper = model.GetRowToRowMapper(new MemoryView([]).Schema);
        var other = new MemoryView(TinyPairs.Create(1));
        using DataViewRowCursor row = other.GetRowCursor(other.Schema);

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => mapper.GetRow(row, mapper.OutputSchema));

        Assert.AreEqual("The row's schema is not the one that this mapper was made for. (Parameter 'input')", exception.Message);
    }

    [TestMethod]
    public void Transform_SeveralThreadsAtOnce_ScoreAsOne()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml, _encoder.Options with { Threads = 2 });
        IDataView data = TinyPairs.Data(_ml, 200);
        Scored[] expected = Scored.Of(_ml, model, data);
        var found = new Scored[6][];

        Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = found.Length }, i => found[i] = Scored.Of(_ml, model, data));

        foreach (Scored[] scored in found)
        {
            Scored.AssertSame(expected, scored);
        }
    }

    [TestMethod]
    public void Catalog_LoraSentencePair_MakesTheSameTrainer()
    {
        LoraSentencePairTrainer trainer = _ml.BinaryClassification.Trainers.LoraSentencePair(_ml, _encoder.Options);

        LoraSentencePairTransformer model = trainer.Fit(TinyPairs.Data(_ml, 64));

        CollectionAssert.AreEqual(Scored.Probe(_ml, _encoder.Train(_ml)), Scored.Probe(_ml, model));
    }

    [TestMethod]
    public void CrossValidate_Pipeline_TrainsEachFold()
    {
        var pipeline = _ml.Transforms.CopyColumns("Copy", "Sentence1").Append(new LoraSentencePairTrainer(_ml, _encoder.Options));

        var results = _ml.BinaryClassification.CrossValidate(TinyPairs.Data(_ml, 90), pipeline, numberOfFolds: 3);

        Assert.HasCount(3, results);
        foreach (var result in results)
        {
            Assert.IsTrue(result.Metrics.Accuracy is >= 0 and <= 1);
            Assert.HasCount(12, Scored.Probe(_ml, result.Model));
        }

        Assert.HasCount(3, results.Select(result => Scored.Probe(_ml, result.Model)[0]).Distinct().ToArray(), "Each fold has a model of its own.");
    }

    /// <summary>A step that keeps the shape it is given.</summary>
    private sealed class ShapeProbe(MLContext ml) : IEstimator<ITransformer>
    {
        public SchemaShape? Seen { get; private set; }

        public ITransformer Fit(IDataView input) => ml.Transforms.CopyColumns("Probe", "Score").Fit(input);

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            Seen = inputSchema;
            return inputSchema;
        }
    }
}
