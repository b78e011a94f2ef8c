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
    public void Fill_PairsThatAreKept_AreNotComputedAgain()
    {
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 8);
        FrozenPrefix prefix = Prefix(encoder, 2, LoraTargets.All, Plenty);
        float[] before = Filled(prefix, pairs);

        // Whoever computed again would see the spoiled weights.
        encoder.Embeddings.Words.Values.AsSpan().Fill(float.NaN);
        float[] after = Filled(prefix, pairs);

        CollectionAssert.AreEqual(before, after);
        Assert.IsFalse(before.Any(float.IsNaN));
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void Fill_SomePairsKeptAndOneTwice_EachInItsPlace(int layers)
    {
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 4);
        EncodedPair[] mixed = [pairs[2], pairs[0], pairs[3], pairs[1], pairs[2], pairs[0]];
        FrozenPrefix kept = Prefix(encoder, layers, LoraTargets.None, Plenty);
        Filled(kept, pairs[..2]);

        CollectionAssert.AreEqual(Filled(Prefix(encoder, layers, LoraTargets.None, 0), mixed), Filled(kept, mixed));
    }

    /// <summary>Kept results come out of the same memory as activations.</summary>
    [TestMethod]
    public void Fill_NoMemoryToKeepThem_ComputesThemAnew()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 4);
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        FrozenPrefix poor = Prefix(encoder, 2, LoraTargets.All, Plenty, new MemoryLimit(0));

        CollectionAssert.AreEqual(Filled(Prefix(encoder, 2, LoraTargets.All, Plenty), pairs), Filled(poor, pairs));
        encoder.Embeddings.Words.Values.AsSpan().Fill(float.NaN);
        Assert.IsTrue(Filled(poor, pairs).All(float.IsNaN), "They are computed again.");
    }

    /// <summary>However much may be kept, validation has the memory that it needs.</summary>
    [TestMethod]
    public void Score_MemoryFullOfKeptPairs_HasRoom()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 3000);
        var limit = new MemoryLimit(8 << 20);
        using var session = new TrainingSession(
            TinyModel.Encoder(Shape), TinyModel.Plan(LoraTargets.All, topLayers: 1), Sessions.Optimizer, 1, threads: 1, Plenty, limit);
        for (int i = 0; i < pairs.Length; i += 30)
        {
            session.Step(new TrainingBatch { Pairs = pairs.AsSpan(i, 30), Labels = new int[30], Weights = [.. Enumerable.Repeat(1f, 30)] }, Sessions.Schedule);
        }

        Assert.IsTrue(Sessions.Score(session, pairs, TinyModel.Plan(LoraTargets.All)).All(float.IsFinite));
    }

    /// <summary>Memory for the frozen layers counts too; a batch of any size takes no more than its chunks.</summary>
    [TestMethod]
    public void Step_NoRoomToKeepAndLittleMemory_WorksInChunks()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Shape, 1, 4000);
        var limit = new MemoryLimit(6 << 20);
        using var session = new TrainingSession(
            TinyModel.Encoder(Shape), TinyModel.Plan(LoraTargets.All, topLayers: 1), Sessions.Optimizer, 1, threads: 1, prefixBytes: 0, limit);

        StepResult result = session.Step(
            new TrainingBatch { Pairs = pairs, Labels = new int[pairs.Length], Weights = [.. pairs.Select(_ => 1f)] }, Sessions.Schedule);

        Assert.IsTrue(result.IsFinite);
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

        SteadyState.AssertAllocatesNothing(Step);
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

    private static FrozenPrefix Prefix(EncoderWeights encoder, int layers, LoraTargets targets, long room, MemoryLimit? limit = null) =>
        new(encoder, layers, TinyModel.Plan(targets, topLayers: 1), room, 1, limit ?? new MemoryLimit(long.MaxValue));

    private static float[] Filled(FrozenPrefix prefix, EncodedPair[] pairs)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.None);
        var batch = new PackedBatch(Shape);
        batch.Load(pairs);
        Workspace below = prefix.CreateWorkspace();
        var workspace = new Workspace(batch, Shape, new LayerRange(prefix.Layers, Shape.Layers), plan, training: false, below: below);
        workspace.Reserve(batch.Chunk(0, 1));
        workspace.Begin(batch.Chunk(0, 1));
        prefix.Fill(workspace, below);
        return workspace.Input.ToArray();
    }
}
