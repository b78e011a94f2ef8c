using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>What frozen layers put out is computed once and kept, as far as there is room, and nobody can tell from the results.</summary>
[TestClass, TestCategory("Engine")]
public sealed class FrozenPrefixTests
{
    private const long Plenty = 1 << 30;

    private static readonly EncoderShape Shape = TinyModel.Shape with { Layers = 3, PositionRows = 101 };

    /// <summary>What is trained: the top layer, the upper two, the head alone.</summary>
    public static IEnumerable<object[]> Plans => [[LoraTargets.All, 1], [LoraTargets.QueryAndValue, 2], [LoraTargets.None, 1]];

    [TestMethod, DynamicData(nameof(Plans))]
    public void Step_AnyRoomAndThreads_SameBits(LoraTargets targets, int topLayers)
    {
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        TrainablePlan plan = TinyModel.Plan(targets, topLayers: topLayers, dropout: 0.1f);
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 40);

        // No room at all, room for some pairs, room for all.
        int[][] bits = [.. new (long Room, int Threads)[] { (0, 1), (40_000, 2), (Plenty, 3) }.Select(run => Train(encoder, plan, pairs, run.Room, run.Threads))];

        CollectionAssert.AreEqual(bits[0], bits[1]);
        CollectionAssert.AreEqual(bits[0], bits[2]);
    }

    [TestMethod, DynamicData(nameof(Plans))]
    public void Score_AfterTraining_EqualsTheMergedModel(LoraTargets targets, int topLayers)
    {
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        TrainablePlan plan = TinyModel.Plan(targets, topLayers: topLayers);
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 2, 30);
        var engine = new ManagedEngine(2, Plenty);
        using ITrainingSession session = engine.StartTraining(encoder, plan, Sessions.Optimizer, 1);
        session.ImportTrained(TinyModel.Randomized(session.ExportTrained(), 3));
        using IPairScorer scorer = engine.CreateScorer(encoder, plan, session.ExportTrained());

        float[] fromSession = Sessions.Score(session, pairs, plan);
        float[] again = Sessions.Score(session, pairs, plan);

        Closeness.AssertClose(Array.ConvertAll(Sessions.Score(scorer, pairs, plan), value => (double)value), fromSession, Closeness.SingleTolerance, "logits");
        CollectionAssert.AreEqual(fromSession, again);
    }

    [TestMethod]
    public void Prepare_PairsThatAreKept_AreNotComputedAgain()
    {
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 8);
        var prefix = new FrozenPrefix(encoder, 2, TinyModel.Plan(LoraTargets.All, topLayers: 1), Plenty, new ForkJoin(1), 1, new MemoryLimit(long.MaxValue));
        prefix.Prepare(pairs);
        float[] before = Filled(prefix, pairs);

        // Whoever computed again would see the spoiled weights.
        encoder.Layers[0].FeedForwardOut.Bias.AsSpan().Fill(float.NaN);
        encoder.Embeddings.Words.Values.AsSpan().Fill(float.NaN);
        prefix.Prepare(pairs);
        float[] after = Filled(prefix, pairs);

        CollectionAssert.AreEqual(before, after);
        Assert.IsFalse(before.Any(float.IsNaN));
    }

    [TestMethod]
    public void Prepare_PairTwiceInABatchAndNoRoom_IsComputedOnce()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 2);
        EncodedPair[] twice = [pairs[0], pairs[1], pairs[0]];
        var kept = new FrozenPrefix(TinyModel.Encoder(Shape), 3, TinyModel.Plan(LoraTargets.None), Plenty, new ForkJoin(1), 1, new MemoryLimit(long.MaxValue));
        var passing = new FrozenPrefix(TinyModel.Encoder(Shape), 3, TinyModel.Plan(LoraTargets.None), 0, new ForkJoin(1), 1, new MemoryLimit(long.MaxValue));

        kept.Prepare(twice);
        passing.Prepare(twice);

        CollectionAssert.AreEqual(Filled(kept, twice), Filled(passing, twice));
    }

    [TestMethod]
    public void Prepare_NoMemoryToCompute_KeepsNothingThatWasNotComputed()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 4);
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, topLayers: 1);
        var limit = new MemoryLimit(0);
        var poor = new FrozenPrefix(TinyModel.Encoder(Shape), 2, plan, Plenty, new ForkJoin(1), 1, limit);

        Assert.ThrowsExactly<InsufficientMemoryException>(() => poor.Prepare(pairs));

        Assert.ThrowsExactly<InsufficientMemoryException>(() => poor.Prepare(pairs), "They are still to be computed.");
    }

    [TestMethod]
    public void Prepare_RefusedPair_LeavesTheOthersToBeComputed()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 2);
        var foreign = new EncodedPair([1, Shape.Vocabulary, 2], new TokenSpan(0, 1), new TokenSpan(1, 1));
        var prefix = new FrozenPrefix(TinyModel.Encoder(Shape), 2, TinyModel.Plan(LoraTargets.All, topLayers: 1), Plenty, new ForkJoin(1), 1, new MemoryLimit(long.MaxValue));

        Assert.ThrowsExactly<ArgumentException>(() => prefix.Prepare([pairs[0], foreign]));
        prefix.Prepare(pairs);

        Assert.IsTrue(Filled(prefix, pairs).All(float.IsFinite));
    }

    [TestMethod]
    [DataRow(0L)]
    [DataRow(Plenty)]
    public void Step_SteadyState_AllocatesNothing(long room)
    {
        var engine = new ManagedEngine(1, room);
        using ITrainingSession session = engine.StartTraining(
            TinyModel.Encoder(Shape), TinyModel.Plan(LoraTargets.All, topLayers: 1), Sessions.Optimizer, 1);
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 32);
        var labels = new int[32];
        float[] weights = [.. Enumerable.Repeat(1f, 32)];
        void Step() => session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, Sessions.Schedule);
        for (int i = 0; i < 50; i++)
        {
            Step();
        }

        long own = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            Step();
        }

        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - own);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(4)]
    public void StartTraining_MoreLayersThanThereAre_SaysHowManyThereAre(int topLayers)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new ManagedEngine(1).StartTraining(
            TinyModel.Encoder(Shape), TinyModel.Plan(LoraTargets.All, topLayers: topLayers), Sessions.Optimizer, 1));

        StringAssert.Contains(exception.Message, $"TopLayers must be from 1 to 3, the encoder's layers, but is {topLayers}.");
    }

    private static int[] Train(EncoderWeights encoder, TrainablePlan plan, EncodedPair[] pairs, long room, int threads)
    {
        using ITrainingSession session = new ManagedEngine(threads, room).StartTraining(encoder, plan, Sessions.Optimizer, 5);
        session.ImportTrained(TinyModel.Randomized(session.ExportTrained(), 3));
        int[] labels = [.. pairs.Select(pair => pair.TokenIds[1] % 2)];
        float[] weights = [.. pairs.Select(_ => 1f)];
        for (int i = 0; i < 4; i++)
        {
            session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, Sessions.Schedule);
        }

        return Sessions.Bits(session);
    }

    private static float[] Filled(FrozenPrefix prefix, EncodedPair[] pairs)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.None);
        var batch = new PackedBatch(Shape);
        batch.Load(pairs);
        var workspace = new Workspace(batch, Shape, new LayerRange(prefix.Layers, Shape.Layers), plan, training: false);
        workspace.Begin(batch.Chunk(0, 1));
        prefix.Fill(workspace);
        return workspace.Input.ToArray();
    }
}
