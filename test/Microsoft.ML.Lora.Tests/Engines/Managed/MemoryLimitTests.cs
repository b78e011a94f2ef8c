using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Too little memory is noticed before it is taken, and the message says what would fit.</summary>
[TestClass]
public sealed class MemoryLimitTests
{
    private static readonly EncoderShape Shape = TinyModel.Shape with { Hidden = 96, FeedForward = 384, PositionRows = 513 };

    /// <summary>Four threads, some four thousand tokens: chunks of about 256.</summary>
    [TestMethod]
    public void Step_TooManyThreads_SaysHowManyWouldFit()
    {
        string message = Refusal(threads: 4, megabytes: 4);

        StringAssert.Matches(message, new(
            "^4 threads need [0-9]+ MiB of working memory for [0-9]+ tokens each, but the process may use 4 MiB more. With [1-3] threads? it would fit.$"));
        int fitting = int.Parse(message.Split("With ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.IsTrue(TryStep(fitting, 4, out _));
    }

    /// <summary>One thread would take 512 tokens at once, but works on fewer where memory is short, with the same result.</summary>
    [TestMethod]
    public void Step_LittleMemory_WorksInSmallerChunksWithTheSameBits()
    {
        using TrainingSession little = Start(threads: 1, megabytes: 3);
        using TrainingSession much = Start(threads: 1, megabytes: 1000);

        Assert.AreEqual(Step(much, 64), Step(little, 64));
        CollectionAssert.AreEqual(Sessions.Bits(much), Sessions.Bits(little));
    }

    [TestMethod]
    public void Step_OneThreadTooMuch_SaysHowLongPairsMayBe()
    {
        string message = Refusal(threads: 1, megabytes: 1);

        StringAssert.Matches(message, new("^1 thread needs [0-9]+ MiB .* may use 1 MiB more. One thread could work on pairs of up to [0-9]+ tokens: set the token limit to that.$"));
    }

    [TestMethod]
    public void Step_NoMemoryAtAll_AsksForASmallerEncoder() => StringAssert.EndsWith(
        Refusal(threads: 1, megabytes: 0), "may use 0 MiB more. Not even one pair of one token would fit: use a smaller encoder.");

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
        TinyModel.Encoder(Shape), TinyModel.Plan(LoraTargets.All), Sessions.Optimizer, 1, threads, 0, new MemoryLimit((long)megabytes << 20));

    private static StepResult Step(TrainingSession session, int pairs, int tokens = 64)
    {
        EncodedPair[] batch = TinyModel.Pairs(Shape, 1, [.. Enumerable.Repeat(tokens, pairs)]);
        float[] weights = [.. Enumerable.Repeat(1f, pairs)];
        return session.Step(new TrainingBatch { Pairs = batch, Labels = new int[pairs], Weights = weights }, Sessions.Schedule);
    }
}
