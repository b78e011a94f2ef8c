using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Primitives;

[TestClass]
public sealed class AheadTests
{
    [TestMethod]
    public void Begin_AnyWork_RunsOnceAndGivesItsResult()
    {
        int runs = 0;
        Lazy<int> begun = Ahead.Begin(() => Interlocked.Increment(ref runs));

        Assert.AreEqual(1, begun.Value);
        Assert.AreEqual(1, begun.Value);
        Assert.AreEqual(1, runs);
    }

    [TestMethod]
    public void Begin_NobodyAsks_RunsAllTheSame()
    {
        using var ran = new ManualResetEventSlim();

        Ahead.Begin(() => { ran.Set(); return 0; });

        Assert.IsTrue(ran.Wait(TimeSpan.FromSeconds(30)));
    }

    [TestMethod]
    public void Begin_FailingWork_FailsWhereItIsAskedFor()
    {
        Lazy<int> begun = Ahead.Begin<int>(() => throw new InvalidDataException("damaged"));

        Assert.AreEqual("damaged", Assert.ThrowsExactly<InvalidDataException>(() => begun.Value).Message);
    }

    [TestMethod]
    public void Settle_FailingWork_WaitsAndSaysNothing()
    {
        bool ended = false;
        Lazy<int> begun = Ahead.Begin<int>(() =>
        {
            Thread.Sleep(50);
            ended = true;
            throw new InvalidDataException("damaged");
        });

        Ahead.Settle(begun);

        Assert.IsTrue(ended);
    }

    /// <summary>Every thread of the pool is stuck until the result is there.</summary>
    [TestMethod, DoNotParallelize]
    public void Value_NoThreadIsFree_IsComputedByTheCaller()
    {
        int stuck = ThreadPool.ThreadCount + Environment.ProcessorCount + 8;
        using var done = new ManualResetEventSlim();
        using var ended = new CountdownEvent(stuck);
        for (int i = 0; i < stuck; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    done.Wait();
                    ended.Signal();
                },
                null);
        }

        int worker = 0;
        int value = Ahead.Begin(() => worker = Environment.CurrentManagedThreadId).Value;
        done.Set();
        ended.Wait();

        Assert.AreEqual(worker, value);
        Assert.AreEqual(Environment.CurrentManagedThreadId, worker);
    }
}
