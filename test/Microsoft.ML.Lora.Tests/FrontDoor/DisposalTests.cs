using Microsoft.ML.Data;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tests.Storage;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>What disposing of a finished model ends, and what it does not.</summary>
[TestClass]
public sealed class DisposalTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();
    private readonly CountingEngine _engine = new();
    private readonly LoraSentencePairTransformer _trained;
    private readonly LoraSentencePairTransformer _model;

    public DisposalTests()
    {
        _trained = _encoder.Train(_ml);
        _model = new LoraSentencePairTransformer(_ml, _trained.Model.On(_engine));
    }

    public void Dispose()
    {
        _trained.Dispose();
        _model.Dispose();
        _encoder.Dispose();
    }

    [TestMethod]
    public void Dispose_OnceOrTwice_GivesTheScorerBackOnce()
    {
        _model.Score("a", "b");
        Assert.AreEqual(1, _engine.Living);

        _model.Dispose();
        _model.Dispose();

        Assert.AreEqual(0, _engine.Living);
        Assert.AreEqual(1, _engine.Made);
    }

    [TestMethod]
    public void Dispose_BeforeAnyScore_MakesNoScorer()
    {
        _model.Dispose();

        Assert.AreEqual(0, _engine.Made);
    }

    [TestMethod]
    public void Score_Disposed_SaysSoEverywhere()
    {
        IDataView data = TinyPairs.Data(_ml, 8);
        IDataView begun = _model.Transform(data);
        _model.Dispose();

        var error = Assert.ThrowsExactly<ObjectDisposedException>(() => _model.Score("a", "b"));
        Assert.ThrowsExactly<ObjectDisposedException>(() => _model.Score([("a", "b")]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => _model.Transform(data));
        Assert.ThrowsExactly<ObjectDisposedException>(() => _model.GetRowToRowMapper(data.Schema));
        Assert.ThrowsExactly<ObjectDisposedException>(() => begun.GetColumn<float>("Score").ToArray());

        StringAssert.StartsWith(error.Message, "The model is disposed of and scores no more. Dispose of it after its last score", StringComparison.Ordinal);
        Assert.AreEqual(nameof(LoraSentencePairTransformer), error.ObjectName);
    }

    [TestMethod]
    public void Dispose_ModelsMadeOfEachOther_AreUnaffected()
    {
        float expected = _model.Score("a", "b");
        using LoraSentencePairTransformer rounded = _model.WithScoringPrecision(ScoringPrecision.Single);
        Assert.AreEqual(expected, rounded.Score("a", "b"));

        _model.Dispose();

        Assert.AreEqual(expected, rounded.Score("a", "b"));
        using LoraSentencePairTransformer later = _model.WithDevice(ComputeDevice.Cpu);
        Assert.AreEqual(expected, later.Score("a", "b"));
        rounded.Dispose();
        Assert.AreEqual(expected, later.Score("a", "b"));
        Assert.AreEqual(0, _engine.Living);
    }

    [TestMethod]
    public void Save_Disposed_IsWhole()
    {
        using var folder = new TemporaryFolder();
        IDataView data = TinyPairs.Data(_ml, 8);
        float[] expected = [.. Scored.Of(_ml, _model, data).Select(row => row.Score)];
        _model.Dispose();

        _ml.Model.Save(_model, data.Schema, folder.File("model.zip"));

        using LoraSentencePairTransformer loaded = LoraSentencePairTransformer.FromLoaded(_ml, _ml.Model.Load(folder.File("model.zip"), out _));
        CollectionAssert.AreEqual(expected, Scored.Of(_ml, loaded, data).Select(row => row.Score).ToArray());
    }

    [TestMethod]
    public void Dispose_Chain_ReachesTheModel()
    {
        TransformerChain<LoraSentencePairTransformer> chain =
            _ml.Transforms.CopyColumns("Copy", "Sentence1").Append(new LoraSentencePairTrainer(_ml, _encoder.Options)).Fit(TinyPairs.Data(_ml, 16));
        chain.LastTransformer.Score("a", "b");

        chain.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => chain.LastTransformer.Score("a", "b"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Dispose_PredictionEngine_ReachesTheModelItOwns(bool owns)
    {
        PredictionEngine<TinyPair, Scored> engine = _ml.Model.CreatePredictionEngine<TinyPair, Scored>(_model, new PredictionEngineOptions { OwnsTransformer = owns });
        engine.Predict(TinyPairs.Create(1)[0]);

        engine.Dispose();

        Assert.AreEqual(owns ? 0 : 1, _engine.Living);
    }

    [TestMethod]
    public void Dispose_WhileAnotherThreadScores_LetsItEndAndThenFrees()
    {
        _engine.HoldsNext = true;
        using Task<float> scoring = Task.Run(() => _model.Score("a", "b"));
        _engine.Entered.Wait();

        _model.Dispose();

        Assert.AreEqual(1, _engine.Living, "The call under way still needs it.");
        Assert.ThrowsExactly<ObjectDisposedException>(() => _model.Score("a", "b"));
        _engine.Released.Set();
        Assert.AreEqual(_trained.Score("a", "b"), scoring.Result);
        Assert.AreEqual(0, _engine.Living);
    }

    /// <summary>The managed engine, which tells how many of its scorers live, and lets a call wait on request.</summary>
    private sealed class CountingEngine : IEngine
    {
        private readonly ManagedEngine _engine = new(threads: 1);
        private int _living;

        public string Name => _engine.Name;

        public int Threads => _engine.Threads;

        public bool TakesMatricesFromFile => _engine.TakesMatricesFromFile;

        public int Made { get; private set; }

        public int Living => Volatile.Read(ref _living);

        public bool HoldsNext { get; set; }

        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Released { get; } = new();

        public void WarmUp() => _engine.WarmUp();

        public ITrainingSession StartTraining(EncoderWeights encoder, TrainablePlan plan, OptimizerPlan optimizer, ulong seed) =>
            _engine.StartTraining(encoder, plan, optimizer, seed);

        public string? ObjectionTo(ScoringPrecision precision) => _engine.ObjectionTo(precision);

        public IPairScorer CreateScorer(EncoderWeights encoder, TrainablePlan plan, TrainedWeights trained, ScoringPrecision precision)
        {
            Made++;
            Interlocked.Increment(ref _living);
            return new Scorer(this, _engine.CreateScorer(encoder, plan, trained, precision));
        }

        private sealed class Scorer(CountingEngine owner, IPairScorer inner) : IPairScorer
        {
            public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits)
            {
                if (owner.HoldsNext)
                {
                    owner.HoldsNext = false;
                    owner.Entered.Set();
                    owner.Released.Wait();
                }

                inner.Score(pairs, logits);
            }

            public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver observer) => inner.Score(pairs, logits, observer);

            public void Dispose()
            {
                inner.Dispose();
                Interlocked.Decrement(ref owner._living);
            }
        }
    }
}
