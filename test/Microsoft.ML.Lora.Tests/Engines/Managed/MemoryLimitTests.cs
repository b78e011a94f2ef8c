using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Too little memory is noticed before it is taken, and the message says what would fit.</summary>
[TestClass, TestCategory("Engine")]
public sealed class MemoryLimitTests
{
    private static readonly EncoderShape Shape = TinyModel.Shape with { Hidden = 96, FeedForward = 384, PositionRows = 513 };
    private static readonly TrainablePlan Plan = TinyModel.Plan(LoraTargets.All);

    /// <summary>Four threads, some four thousand tokens: chunks of about 256, of which two have room.</summary>
    [TestMethod]
    public void Step_TooManyThreads_WorksWithFewerAndTheSameBits()
    {
        using TrainingSession little = Start(threads: 4, megabytes: 10);
        using TrainingSession much = Start(threads: 4, megabytes: 1000);

        Assert.AreEqual(Step(much, 64), Step(little, 64));
        CollectionAssert.AreEqual(Sessions.Bits(much), Sessions.Bits(little));
    }

    /// <summary>One thread would take 512 tokens at once, but works on fewer where memory is short, with the same result.</summary>
    [TestMethod]
    public void Step_LittleMemory_WorksInSmallerChunksWithTheSameBits()
    {
        using TrainingSession little = Start(threads: 1, megabytes: 5);
        using TrainingSession much = Start(threads: 1, megabytes: 1000);

        Assert.AreEqual(Step(much, 64), Step(little, 64));
        CollectionAssert.AreEqual(Sessions.Bits(much), Sessions.Bits(little));
    }

    [TestMethod]
    public void Step_OneThreadTooMuch_SaysWhatBatchesWouldFit()
    {
        string message = Refusal(threads: 1, megabytes: 1);

        StringAssert.Matches(message, new("^A thread needs [0-9]+ MiB of working memory for [0-9]+ tokens, but the process may use 1 MiB for it. Batches of up to [0-9]+ tokens would fit: set a smaller batch size or token limit.$"));
        int tokens = NumberBehind(message, "Batches of up to ");
        using TrainingSession session = Start(threads: 1, megabytes: 1);
        Assert.IsTrue(Step(session, tokens / 4, tokens: 4).IsFinite, "Many short pairs.");
        Assert.IsTrue(Step(session, 1, tokens).IsFinite, "One long pair.");
    }

    [TestMethod]
    public void Score_LittleMemory_WorksInSmallerChunksWithTheSameBits()
    {
        EncodedPair[] pairs = TinyModel.Pairs(Shape, 1, [.. Enumerable.Repeat(64, 200)]);
        using TrainingSession little = Start(threads: 4, megabytes: 8);
        using TrainingSession much = Start(threads: 1, megabytes: 1000);

        CollectionAssert.AreEqual(Sessions.Score(much, pairs, Plan), Sessions.Score(little, pairs, Plan));
    }

    [TestMethod]
    public void Score_NoMemoryForALongPair_SaysHowLongPairsMayBe()
    {
        using TrainingSession session = Start(threads: 1, megabytes: 1);

        string message = Assert.ThrowsExactly<InsufficientMemoryException>(() => Score(session, 512, 8)).Message;

        StringAssert.Matches(message, new("^A thread needs [0-9]+ MiB .* may use 1 MiB for it. Pairs of up to [0-9]+ tokens would fit: set the token limit to that.$"));
        Score(session, NumberBehind(message, "Pairs of up to "), 64);
    }

    /// <summary>A pair of most of the memory, on four threads of which three have nothing to do.</summary>
    [TestMethod]
    public void Score_OneLongPairAndManyThreads_NeedsTheMemoryOfOne()
    {
        using TrainingSession session = Start(threads: 4, megabytes: 9);

        Assert.IsTrue(Score(session, 512, 1).All(float.IsFinite));
    }

    /// <summary>What threads hold that are not needed now is given back for the one that is.</summary>
    [TestMethod]
    public void Score_LongPairAfterManyShortOnes_Fits()
    {
        using TrainingSession session = Start(threads: 4, megabytes: 9);

        Score(session, 64, 200);

        Assert.IsTrue(Score(session, 512, 1).All(float.IsFinite));
    }

    [TestMethod]
    public void Score_RefusedPairsAgainAndAgain_LeaveTheOthersTheirMemory()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.None);
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        var layout = new TrainedLayout(encoder, plan);
        var network = new Network(encoder, plan, layout, new float[layout.Length], threads: 1);
        using var scorer = new PairScorer(network, 1, new MemoryLimit(4 << 20));
        EncodedPair[] few = TinyModel.Pairs(Shape, 1, [.. Enumerable.Repeat(20, 8)]);
        EncodedPair[] tooLong = TinyModel.Pairs(Shape, 1, 512);

        for (int i = 0; i < 6; i++)
        {
            Sessions.Score(scorer, few, plan);
            Assert.ThrowsExactly<InsufficientMemoryException>(() => Sessions.Score(scorer, tooLong, plan));
        }
    }

    /// <summary>Sixteen thousand tokens of twelve heads in twelve layers are more than an array can hold: no number may wrap around on the way.</summary>
    [TestMethod]
    [DataRow(4_096)]
    [DataRow(20_000)]
    public void Step_MoreThanAnArrayCanHold_SaysWhatWouldFit(int tokens)
    {
        EncoderShape shape = TinyModel.Shape with { Layers = 12, Hidden = 24, Heads = 12, FeedForward = 24, PositionRows = 20_001 };
        using var session = new TrainingSession(TinyModel.Encoder(shape), Plan, Sessions.Optimizer, 1, 1, 0, new MemoryLimit(long.MaxValue));
        EncodedPair[] pair = TinyModel.Pairs(shape, 1, tokens);

        InsufficientMemoryException exception = Assert.ThrowsExactly<InsufficientMemoryException>(
            () => session.Step(new TrainingBatch { Pairs = pair, Labels = new int[1], Weights = [1] }, Sessions.Schedule));

        StringAssert.Contains(exception.Message, " tokens would fit: set a smaller batch size or token limit.");
    }

    /// <summary>What training holds is not there for validation as well.</summary>
    [TestMethod]
    public void TryTake_WhatAnotherPoolTook_IsGoneUntilGivenBack()
    {
        var limit = new MemoryLimit(100);

        Assert.IsTrue(limit.TryTake(60));
        Assert.IsFalse(limit.TryTake(41));
        Assert.IsTrue(limit.TryTake(40));
        Assert.AreEqual(0, limit.Free);
        limit.GiveBack(60);
        Assert.AreEqual(60, limit.Free);
    }

    [TestMethod]
    public void TryTakeSpare_MoreThanHalf_IsRefused()
    {
        var limit = new MemoryLimit(100);

        Assert.IsTrue(limit.TryTakeSpare(50));
        Assert.IsFalse(limit.TryTakeSpare(1));
        Assert.IsTrue(limit.TryTake(50));
    }

    [TestMethod]
    public void Step_NoMemoryAtAll_AsksForASmallerEncoder() => StringAssert.EndsWith(
        Refusal(threads: 1, megabytes: 0), "may use 0 MiB for it. Not even one pair of one token would fit: use a smaller encoder.");

    [TestMethod]
    public void Step_RefusedForMemory_ChangesNothingAndWorksForLess()
    {
        using TrainingSession session = Start(threads: 1, megabytes: 1);
        int[] before = Sessions.Bits(session);

        Assert.ThrowsExactly<InsufficientMemoryException>(() => Step(session, 64));
        CollectionAssert.AreEqual(before, Sessions.Bits(session));
        Assert.IsTrue(Step(session, 1, tokens: 8).IsFinite);
    }

    [TestMethod]
    public void Require_WhatIsThereAlready_IsNotRefusedLater()
    {
        using TrainingSession session = Start(threads: 1, megabytes: 60);

        Step(session, 64);

        Assert.IsTrue(Step(session, 64).IsFinite);
    }

    private static int NumberBehind(string message, string words) =>
        int.Parse(message.Split(words)[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static float[] Score(TrainingSession session, int tokens, int pairs) =>
        Sessions.Score(session, TinyModel.Pairs(Shape, 1, [.. Enumerable.Repeat(tokens, pairs)]), Plan);

    private static string Refusal(int threads, int megabytes)
    {
        Assert.IsFalse(TryStep(threads, megabytes, out string message));
        return message;
    }

    private static bool TryStep(int threads, int megabytes, out string message)
    {
        using TrainingSession session = Start(threads, megabytes);
        try
        {
            Step(session, 64);
            message = "";
            return true;
        }
        catch (InsufficientMemoryException exception)
        {
            message = exception.Message;
            return false;
        }
    }

    private static TrainingSession Start(int threads, int megabytes) => new(
        TinyModel.Encoder(Shape), Plan, Sessions.Optimizer, 1, threads, 0, new MemoryLimit((long)megabytes << 20));

    private static StepResult Step(TrainingSession session, int pairs, int tokens = 64)
    {
        EncodedPair[] batch = TinyModel.Pairs(Shape, 1, [.. Enumerable.Repeat(tokens, pairs)]);
        float[] weights = [.. Enumerable.Repeat(1f, pairs)];
        return session.Step(new TrainingBatch { Pairs = batch, Labels = new int[pairs], Weights = weights }, Sessions.Schedule);
    }
}
