using Microsoft.ML.Data;
using Microsoft.ML.Lora.Tests.Storage;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class SavingTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Load_FreshContext_PredictsTheSame(bool symmetric)
    {
        LoraSentencePairTransformer model = new LoraSentencePairTrainer(
            _ml, _encoder.Options with { Symmetric = symmetric, Rank = 3, Targets = LoraTargets.All, DecisionThreshold = DecisionThreshold.MaximizeAccuracy })
            .Fit(TinyPairs.Data(_ml, 64), TinyPairs.Data(_ml, 20, seed: 2));
        IDataView data = TinyPairs.Data(_ml, 40, seed: 5);

        var fresh = new MLContext();
        ITransformer loaded = fresh.Model.Load(Save(model, data), out _);

        Scored.AssertSame(Scored.Of(_ml, model, data), Scored.Of(fresh, loaded, TinyPairs.Data(fresh, 40, seed: 5)));
    }

    [TestMethod]
    public void Load_TopLayerAdapted_PredictsTheSameWithFewerTrainedNumbers()
    {
        IDataView data = TinyPairs.Data(_ml, 40, seed: 5);
        LoraSentencePairTransformer all = new LoraSentencePairTrainer(_ml, _encoder.Options).Fit(data);
        LoraSentencePairTransformer top = new LoraSentencePairTrainer(_ml, _encoder.Options with { AdaptedLayers = 1 }).Fit(data);

        var fresh = new MLContext();
        ITransformer loaded = fresh.Model.Load(Save(top, data), out _);

        Scored.AssertSame(Scored.Of(_ml, top, data), Scored.Of(fresh, loaded, TinyPairs.Data(fresh, 40, seed: 5)));
        Assert.IsLessThan(all.Summary.TrainedParameters, top.Summary.TrainedParameters);
    }

    [TestMethod]
    public void Load_WholePipeline_KeepsTheStepsAround()
    {
        IDataView data = TinyPairs.Data(_ml, 64);
        ITransformer model = Pipeline().Fit(data);

        var fresh = new MLContext();
        ITransformer loaded = fresh.Model.Load(Save(model, data), out DataViewSchema schema);

        IDataView scored = loaded.Transform(TinyPairs.Data(fresh, 64));
        CollectionAssert.AreEqual(data.Schema.Select(column => column.Name).ToArray(), schema.Select(column => column.Name).ToArray());
        Scored.AssertSame(Scored.Of(_ml, model, data), Scored.Of(fresh, scored));
        CollectionAssert.AreEqual(scored.GetColumn<float>("Score").ToArray(), scored.GetColumn<float>("Logit").ToArray());
        Assert.IsFalse(scored.Schema.Any(column => column.Name.StartsWith("LoraMl.", StringComparison.Ordinal) && !column.IsHidden), "Private columns show.");
    }

    [TestMethod]
    public void Load_NoLabelColumn_Scores()
    {
        string file = Save(_encoder.Train(_ml), TinyPairs.Data(_ml, 2));
        var fresh = new MLContext();
        using PredictionEngine<UnlabelledPair, Scored> engine = fresh.Model.CreatePredictionEngine<UnlabelledPair, Scored>(fresh.Model.Load(file, out _));

        Assert.IsTrue(float.IsFinite(engine.Predict(new UnlabelledPair()).Score));
    }

    [TestMethod]
    public void Load_SeveralThreadsAtOnce_ScoreAsOne()
    {
        ITransformer loaded = _ml.Model.Load(Save(_encoder.Train(_ml), TinyPairs.Data(_ml, 2)), out _);
        IDataView data = TinyPairs.Data(_ml, 60);
        Scored[] expected = Scored.Of(_ml, loaded, data);
        var found = new Scored[4][];

        Parallel.For(0, found.Length, i => found[i] = Scored.Of(_ml, loaded, data));

        foreach (Scored[] scored in found)
        {
            Scored.AssertSame(expected, scored);
        }
    }

    [TestMethod]
    public void FromLoaded_Pipeline_GivesTheModelAlone()
    {
        IDataView data = TinyPairs.Data(_ml, 64);
        LoraSentencePairTransformer trained = _encoder.Train(_ml);
        string file = Save(trained, data);

        LoraSentencePairTransformer restored = LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(file, out _));

        var view = new MemoryView(TinyPairs.Create(100));
        Scored.AssertSame(Scored.Of(_ml, trained, view), Scored.Of(_ml, restored, view));
        Assert.AreEqual(trained.EncoderId, restored.EncoderId);
        Assert.AreEqual(trained.Threshold, restored.Threshold);
    }

    [TestMethod]
    public void FromLoaded_Summary_SurvivesTheZip()
    {
        LoraSentencePairTransformer trained = new LoraSentencePairTrainer(_ml, _encoder.Options with { Epochs = 2, MaxTokens = 12 })
            .Fit(TinyPairs.Data(_ml, 64), TinyPairs.Data(_ml, 20, seed: 2));

        TrainingSummary loaded = LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(Save(trained, TinyPairs.Data(_ml, 2)), out _)).Summary;

        CollectionAssert.AreEqual(trained.Summary.Validations.ToArray(), loaded.Validations.ToArray());
        Assert.AreEqual(trained.Summary with { Validations = loaded.Validations, RateTrials = loaded.RateTrials }, loaded);
    }

    [TestMethod]
    public void FromLoaded_SavedAgain_IsStillTheSame()
    {
        LoraSentencePairTransformer trained = _encoder.Train(_ml);
        IDataView data = TinyPairs.Data(_ml, 20);
        LoraSentencePairTransformer once = LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(Save(trained, data), out _));

        LoraSentencePairTransformer twice = LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(Save(once, data), out _));

        CollectionAssert.AreEqual(Scored.Probe(_ml, trained), Scored.Probe(_ml, twice));
    }

    [TestMethod]
    public void FromLoaded_ForeignModel_SaysWhatIsMissing()
    {
        IDataView data = TinyPairs.Data(_ml, 2);
        string file = Save(_ml.Transforms.CopyColumns("Copy", "Sentence1").Fit(data), data);

        ArgumentException exception =
            Assert.ThrowsExactly<ArgumentException>(() => LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(file, out _)));

        Assert.AreEqual(
            "One sentence-pair model is wanted, but the given model has 0 among its steps. "
            + "Give a model whose pipeline had one LoraSentencePairTrainer. (Parameter 'model')",
            exception.Message);
    }

    [TestMethod]
    public void FromLoaded_TwoModels_SaysThatThereAreTwo()
    {
        IDataView data = TinyPairs.Data(_ml, 64);
        ITransformer model = new LoraSentencePairTrainer(_ml, _encoder.Options).Append(new LoraSentencePairTrainer(_ml, _encoder.Options)).Fit(data);

        ArgumentException exception =
            Assert.ThrowsExactly<ArgumentException>(() => LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(Save(model, data), out _)));

        StringAssert.Contains(exception.Message, "has 2 among its steps", StringComparison.Ordinal);
    }

    [TestMethod]
    public void RestoreBatching_Pipeline_KeepsTheStepsAndReadsAheadAgain()
    {
        IDataView data = TinyPairs.Data(_ml, 64);
        ITransformer model = Pipeline().Fit(data);

        ITransformer restored = LoraSentencePairTransformer.RestoreBatching(_ml, _ml.Model.Load(Save(model, data), out _));

        var view = new MemoryView(TinyPairs.Create(100));
        IDataView scored = restored.Transform(view);
        Scored.AssertSame(Scored.Of(_ml, model, view), Scored.Of(_ml, scored));
        CollectionAssert.AreEqual(scored.GetColumn<float>("Score").ToArray(), scored.GetColumn<float>("Logit").ToArray());
        Assert.AreEqual(_encoder.Encoder.Id, LoraSentencePairTransformer.FromLoaded(_ml, restored).EncoderId);
    }

    [TestMethod]
    public void RestoreBatching_StepsAppendedToALoadedModel_KeepsThem()
    {
        IDataView data = TinyPairs.Data(_ml, 20);
        LoraSentencePairTransformer trained = _encoder.Train(_ml);
        var loaded = (TransformerChain<ITransformer>)_ml.Model.Load(Save(trained, data), out _);
        ITransformer extended = loaded.Append(_ml.Transforms.CopyColumns("Logit", "Score").Fit(loaded.Transform(data)));

        ITransformer restored = LoraSentencePairTransformer.RestoreBatching(_ml, extended);

        IDataView scored = restored.Transform(data);
        Scored.AssertSame(Scored.Of(_ml, trained, data), Scored.Of(_ml, scored));
        CollectionAssert.AreEqual(scored.GetColumn<float>("Score").ToArray(), scored.GetColumn<float>("Logit").ToArray());
    }

    [TestMethod]
    public void SaveAtomically_ModelThatCannotBeSaved_LeavesTheOldFile()
    {
        IDataView data = TinyPairs.Data(_ml, 12, seed: 77);
        LoraSentencePairTransformer trained = _encoder.Train(_ml);
        string file = _folder.File("model.zip");
        _ml.Model.SaveAtomically(trained, data.Schema, file);
        ITransformer unnamed = _ml.Transforms.CustomMapping<NoInput, Extra>((_, extra) => extra.Value = 1, contractName: null).Fit(data);

        Assert.Throws<Exception>(() => _ml.Model.SaveAtomically(trained.Append(unnamed), data.Schema, file));

        CollectionAssert.AreEqual(Scored.Probe(_ml, trained), Scored.Probe(_ml, _ml.Model.Load(file, out _)));
        Assert.HasCount(1, Directory.GetFiles(_folder.Path));
    }

    [TestMethod]
    public void Load_SeveralModelsOfOneFolderEncoder_ShareIt()
    {
        string file = Save(_encoder.Train(_ml), TinyPairs.Data(_ml, 2));

        LoraSentencePairTransformer first = LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(file, out _));
        LoraSentencePairTransformer second = LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(file, out _));

        Assert.AreSame(first.Model.Encoder, second.Model.Encoder);
    }

    [TestMethod]
    public void RestoreBatching_ForeignModel_LeavesItAsItIs()
    {
        IDataView data = TinyPairs.Data(_ml, 4);
        ITransformer foreign = _ml.Transforms.CopyColumns("Copy", "Sentence1").Fit(data);

        Assert.AreSame(foreign, LoraSentencePairTransformer.RestoreBatching(_ml, foreign));
    }

    [TestMethod]
    public void Save_FileInUse_LeavesItWhole()
    {
        IDataView data = TinyPairs.Data(_ml, 12, seed: 77);
        LoraSentencePairTransformer first = _encoder.Train(_ml);
        string file = Save(first, data);
        LoraSentencePairTransformer second = _encoder.Train(_ml, _encoder.Options with { Seed = 9 });
        using (new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            Assert.Throws<IOException>(() => _ml.Model.Save(second, data.Schema, file));
        }

        CollectionAssert.AreEqual(Scored.Probe(_ml, first), Scored.Probe(_ml, _ml.Model.Load(file, out _)));
    }

    private sealed class NoInput;

    private sealed class Extra
    {
        public float Value { get; set; }
    }

    private EstimatorChain<ColumnCopyingTransformer> Pipeline() => _ml.Transforms.CopyColumns("Copy", "Sentence1")
        .Append(new LoraSentencePairTrainer(_ml, _encoder.Options with { FirstSentenceColumnName = "Copy" }))
        .Append(_ml.Transforms.CopyColumns("Logit", "Score"));

    private string Save(ITransformer model, IDataView data)
    {
        string file = _folder.File($"{Guid.NewGuid()}.zip");
        _ml.Model.Save(model, data.Schema, file);
        return file;
    }
}
