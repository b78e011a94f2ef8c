using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Working memory is for a chunk, whose size is limited, and not for a batch.</summary>
[TestClass, TestCategory("Engine")]
public sealed class WorkingMemoryTests
{
    private static readonly EncoderShape Shape = TinyModel.Shape with { PositionRows = 65, Hidden = 36, FeedForward = 80 };
    private static readonly TrainablePlan Plan = TinyModel.Plan(LoraTargets.All);

    [TestMethod]
    public void Step_ThousandsOfPairs_NeedsHardlyMoreMemoryThanSixtyFour() => AssertHardlyMore(Step);

    [TestMethod]
    public void Score_ThousandsOfPairs_NeedsHardlyMoreMemoryThanSixtyFour() => AssertHardlyMore(Score);

    /// <summary>
    /// The small batch's chunks have more than 300 of the 512 tokens that a chunk is meant to have; the large batch's may have all of them
    /// and a sequence more, 577. Besides, a batch keeps 20 bytes for each pair. A whole batch in one chunk would need thirty times as much.
    /// </summary>
    private static void AssertHardlyMore(Action<TrainingSession, SizedBatch> call)
    {
        long few = BytesOfFirst(call, 64);
        long many = BytesOfFirst(call, 2000);

        Assert.IsLessThan(2 * few, many);
    }

    private static void Step(TrainingSession session, SizedBatch batch) => session.Step(batch.All, default);

    private static void Score(TrainingSession session, SizedBatch batch) =>
        session.Score(batch.Pairs, new float[batch.Pairs.Length * Plan.Classes]);

    private static long BytesOfFirst(Action<TrainingSession, SizedBatch> call, int pairs)
    {
        var random = new SeededRandom((ulong)pairs);
        var batch = new SizedBatch(Shape, 1, Enumerable.Range(0, pairs).Select(_ => 1 + random.NextInt(Shape.MaxTokens)));
        using TrainingSession session = Sessions.Start(TinyModel.Encoder(Shape), Plan, threads: 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        call(session, batch);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
