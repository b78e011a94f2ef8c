using Microsoft.ML.Lora.Engines.Managed;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

[TestClass]
public sealed class ForkJoinTests
{
    [TestMethod, TestCategory("Engine")]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(8)]
    public void Run_ManyTimes_RunsEachTaskOnce(int threads)
    {
        var forkJoin = new ForkJoin(threads);
        var runs = new int[37];

        for (int i = 0; i < 2000; i++)
        {
            forkJoin.Run(runs.Length, number => Interlocked.Increment(ref runs[number]));
        }

        Assert.IsTrue(runs.All(count => count == 2000));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void Run_FailingTask_ThrowsAfterAllEndedAndWorksAgain(int threads)
    {
        var forkJoin = new ForkJoin(threads);
        int ended = 0;
        void Work(int number)
        {
            if (number == 5)
            {
                throw new InvalidOperationException("task 5");
            }

            Interlocked.Increment(ref ended);
        }

        InvalidOperationException failure = Assert.ThrowsExactly<InvalidOperationException>(() => forkJoin.Run(20, Work));

        Assert.AreEqual("task 5", failure.Message);
        Assert.AreEqual(19, ended);
        forkJoin.Run(3, _ => Interlocked.Increment(ref ended));
        Assert.AreEqual(22, ended);
    }

    [TestMethod]
    public void Run_BusyThreadPool_CallerDoesTheWork()
    {
        ThreadPool.GetMinThreads(out int busy, out _);

        // Not disposed: the pool may come to some of these items only after the test.
        var release = new ManualResetEventSlim();
        for (int i = 0; i < busy; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => release.Wait(), null);
        }

        int ran = 0;
        new ForkJoin(4).Run(10, _ => Interlocked.Increment(ref ran));
        release.Set();

        Assert.AreEqual(10, ran);
    }
}
