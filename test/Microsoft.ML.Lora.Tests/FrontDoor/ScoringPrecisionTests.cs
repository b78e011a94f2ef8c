using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tests.Storage;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Choosing what scores are computed in. Also run without SIMD, where the choice cannot be followed.</summary>
[TestClass, TestCategory("Engine")]
public sealed class ScoringPrecisionTests : IDisposable
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
    public void WithScoringPrecision_Int8_IsAnotherModelBesideTheOld()
    {
        LoraSentencePairTransformer single = _encoder.Train(_ml);
        float[] before = Scored.Probe(_ml, single);

        LoraSentencePairTransformer rounded = single.WithScoringPrecision(ScoringPrecision.Int8);

        Assert.AreEqual(ScoringPrecision.Int8, rounded.ScoringPrecision);
        Assert.AreEqual(ScoringPrecision.Single, single.ScoringPrecision);
        Assert.AreEqual(ScoringPrecision.Single, single.ScoringPrecisionInUse);
        Assert.AreEqual(single.Summary, rounded.Summary);
        CollectionAssert.AreEqual(before, Scored.Probe(_ml, single));
        CollectionAssert.AreEqual(before, Scored.Probe(_ml, rounded.WithScoringPrecision(ScoringPrecision.Single)));

        // Scores change where, and only where, bytes are in use.
        Assert.AreEqual(ByteProduct.IsAccelerated, !before.SequenceEqual(Scored.Probe(_ml, rounded)));
    }

    [TestMethod]
    public void WithScoringPrecision_Unknown_IsRefused()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml);

        ArgumentOutOfRangeException exception =
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.WithScoringPrecision((ScoringPrecision)7));

        StringAssert.StartsWith(exception.Message, "The precision must be Single or Int8. (Parameter 'precision')");
    }

    [TestMethod]
    public void Load_Int8_KeepsItWithTheScores()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml).WithScoringPrecision(ScoringPrecision.Int8);
        string file = _folder.File("model.zip");
        _ml.Model.Save(model, TinyPairs.Data(_ml, 2).Schema, file);

        var fresh = new MLContext();
        ITransformer loaded = fresh.Model.Load(file, out _);
        LoraSentencePairTransformer batching = LoraSentencePairTransformer.FromLoaded(fresh, loaded);

        Assert.AreEqual(ScoringPrecision.Int8, batching.ScoringPrecision);
        CollectionAssert.AreEqual(Scored.Probe(_ml, model), Scored.Probe(fresh, batching));
        CollectionAssert.AreEqual(Scored.Probe(_ml, model), Scored.Probe(fresh, loaded));
    }

    [TestMethod]
    public void Read_FactsOfAnOlderVersion_MeanSinglePrecision()
    {
        PairModelDefinition definition = _encoder.Train(_ml).Model.In(ScoringPrecision.Int8).Definition;
        Facts facts = ModelFacts.Write(definition, trainedFrom: null);

        PairModelDefinition older = ModelFacts.Read(Facts.From(facts.Values.Where(fact => fact.Key != "scoring.precision")), [], hidden: 16);

        Assert.AreEqual(ScoringPrecision.Int8, ModelFacts.Read(facts, [], hidden: 16).ScoringPrecision);
        Assert.AreEqual(ScoringPrecision.Single, older.ScoringPrecision);
    }

    [TestMethod]
    public void Read_UnknownPrecision_NamesIt()
    {
        Facts facts = ModelFacts.Write(_encoder.Train(_ml).Model.Definition, trainedFrom: null);
        facts.Set("scoring.precision", "Int2");

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => ModelFacts.Read(facts, [], hidden: 16));

        Assert.AreEqual("The model's 'scoring.precision' is 'Int2', but only Single, Int8 are known here.", exception.Message);
    }

    [TestMethod]
    public void Make_ProcessorWithoutIt_ScoresInSinglePrecisionAndWarnsOnce()
    {
        LoraSentencePairTransformer trained = _encoder.Train(_ml);
        PairModelDefinition definition = trained.Model.In(ScoringPrecision.Int8).Definition;
        List<string> warnings = Warnings();

        var model = new LoraSentencePairTransformer(_ml, new PairModel(trained.Model.Encoder, definition, new PlainEngine()));
        float[] scores = Scored.Probe(_ml, model);

        Assert.AreEqual(ScoringPrecision.Int8, model.ScoringPrecision);
        Assert.AreEqual(ScoringPrecision.Single, model.ScoringPrecisionInUse);
        CollectionAssert.AreEqual(Scored.Probe(_ml, trained), scores);
        CollectionAssert.AreEqual(
            (string[])["The model asks for scores in Int8, but this processor lacks AVX-VNNI: it scores in Single."], warnings);
    }

    [TestMethod]
    public void WithScoringPrecision_ThisProcessor_WarnsOnlyWhereItIsNotFollowed()
    {
        LoraSentencePairTransformer trained = _encoder.Train(_ml);
        List<string> warnings = Warnings();

        LoraSentencePairTransformer model = trained.WithScoringPrecision(ScoringPrecision.Int8);

        Assert.HasCount(ByteProduct.IsAccelerated ? 0 : 1, warnings);
        Assert.AreEqual(ByteProduct.IsAccelerated ? ScoringPrecision.Int8 : ScoringPrecision.Single, model.ScoringPrecisionInUse);
    }

    private List<string> Warnings()
    {
        var warnings = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(message.RawMessage);
            }
        };
        return warnings;
    }

    /// <summary>The managed engine on a processor without AVX-VNNI.</summary>
    private sealed class PlainEngine : IEngine
    {
        private readonly ManagedEngine _engine = new(threads: 1);

        public string Name => _engine.Name;

        public int Threads => _engine.Threads;

        public bool TakesMatricesFromFile => _engine.TakesMatricesFromFile;

        public string? ObjectionTo(ScoringPrecision precision) => precision == ScoringPrecision.Single ? null : "this processor lacks AVX-VNNI: it scores in Single";

        public void WarmUp() => _engine.WarmUp();

        public ITrainingSession StartTraining(EncoderWeights encoder, TrainablePlan plan, OptimizerPlan optimizer, ulong seed) =>
            _engine.StartTraining(encoder, plan, optimizer, seed);

        public IPairScorer CreateScorer(EncoderWeights encoder, TrainablePlan plan, TrainedWeights trained, ScoringPrecision precision) =>
            _engine.CreateScorer(encoder, plan, trained, precision);
    }
}
