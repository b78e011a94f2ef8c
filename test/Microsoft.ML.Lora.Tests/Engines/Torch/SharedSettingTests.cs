using Microsoft.ML.Lora.Engines.Torch;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>A setting of the process that several need. Needs no device.</summary>
[TestClass]
public sealed class SharedSettingTests
{
    /// <summary>Long enough that who does not wait is through, on a busy machine too.</summary>
    private static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [TestMethod]
    public void Keep_OneAfterTheOther_HasItsValueAndTheEarlierComesBack()
    {
        bool now = true;
        var setting = new SharedSetting(() => now, value => now = value);

        using (setting.Keep(false))
        {
            Assert.IsFalse(now);
        }

        Assert.IsTrue(now);
    }

    [TestMethod]
    public void Keep_SameValue_SideBySide()
    {
        bool now = false;
        var setting = new SharedSetting(() => now, value => now = value);

        IDisposable first = setting.Keep(true);
        using (Task<IDisposable> second = Task.Run(() => setting.Keep(true)))
        {
            Assert.IsTrue(second.Wait(Long));
            first.Dispose();
            first.Dispose();
            Assert.IsTrue(now, "Somebody still works.");
            second.Result.Dispose();
        }

        Assert.IsFalse(now);
    }

    [TestMethod]
    public void Keep_OtherValue_WaitsForItsTurn()
    {
        bool now = false;
        var setting = new SharedSetting(() => now, value => now = value);
        IDisposable first = setting.Keep(true);

        using Task<IDisposable> other = Task.Run(() => setting.Keep(false));

        Assert.IsFalse(other.Wait(AWhile));
        Assert.IsTrue(now);
        first.Dispose();
        Assert.IsTrue(other.Wait(Long));
        Assert.IsFalse(now);
        other.Result.Dispose();
    }

    [TestMethod]
    public void Keep_BothValuesFromSeveralThreads_EachHasItsOwnThroughout()
    {
        bool now = false;
        var setting = new SharedSetting(() => now, value => now = value);
        int wrong = 0;

        void Work(bool own)
        {
            for (int turn = 0; turn < 100; turn++)
            {
                using IDisposable kept = setting.Keep(own);
                for (int look = 0; look < 10; look++)
                {
                    if (Volatile.Read(ref now) != own)
                    {
                        Interlocked.Increment(ref wrong);
                    }

                    Thread.Yield();
                }
            }
        }

        Thread[] threads = [.. Enumerable.Range(0, 4).Select(number => new Thread(() => Work(number % 2 == 0)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.AreEqual(0, wrong);
    }

    [TestMethod]
    public void Keep_ReadFails_LetsTheNextHaveItsTurn()
    {
        bool fails = true;
        var setting = new SharedSetting(() => fails ? throw new InvalidOperationException() : false, _ => { });

        Assert.ThrowsExactly<InvalidOperationException>(() => setting.Keep(true));
        fails = false;
        using Task<IDisposable> next = Task.Run(() => setting.Keep(false));

        Assert.IsTrue(next.Wait(Long));
        next.Result.Dispose();
    }

    [TestMethod]
    public void Keep_WaitInterrupted_LetsTheNextHaveItsTurn()
    {
        var setting = new SharedSetting(() => false, _ => { });
        IDisposable first = setting.Keep(true);
        bool interrupted = false;
        var waiting = new Thread(() => interrupted = Assert.ThrowsExactly<ThreadInterruptedException>(() => setting.Keep(false)) is not null);
        waiting.Start();
        waiting.Interrupt();
        Assert.IsTrue(waiting.Join(Long));
        Assert.IsTrue(interrupted);
        using Task<IDisposable> next = Task.Run(() => setting.Keep(false));

        first.Dispose();

        Assert.IsTrue(next.Wait(Long));
        next.Result.Dispose();
    }

    [TestMethod]
    public void Dispose_WriteFails_LetsTheNextHaveItsTurn()
    {
        // The first write sets what is asked for, the second gives back what was before, and fails; who waits writes right after it.
        int writes = 0;
        var setting = new SharedSetting(() => false, _ => ThrowIf(++writes == 2));
        IDisposable first = setting.Keep(true);
        using Task<IDisposable> next = Task.Run(() => setting.Keep(false));
        Assert.IsFalse(next.Wait(AWhile));

        Assert.ThrowsExactly<InvalidOperationException>(first.Dispose);

        Assert.IsTrue(next.Wait(Long));
        next.Result.Dispose();
    }

    [TestMethod]
    public void Keep_SameValueWithinATurn_DoesNotWaitBehindWhoWaitsForThatTurn()
    {
        var setting = new SharedSetting(() => false, _ => { });
        Task work = Task.Run(() =>
        {
            using IDisposable outer = setting.Keep(true);
            Task other = Task.Run(() => setting.Keep(false).Dispose());
            Assert.IsFalse(other.Wait(AWhile));
            setting.Keep(true).Dispose();
            Assert.IsFalse(other.Wait(AWhile), "The turn has not ended.");
        });

        Assert.IsTrue(work.Wait(Long));
    }

    [TestMethod]
    public void Keep_OtherValueWithinATurn_IsRefusedInsteadOfWaitingForever()
    {
        var setting = new SharedSetting(() => false, _ => { });
        Task<string> work = Task.Run(() =>
        {
            using IDisposable outer = setting.Keep(true);
            return Assert.ThrowsExactly<InvalidOperationException>(() => setting.Keep(false)).Message;
        });

        Assert.IsTrue(work.Wait(Long));
        StringAssert.Contains(work.Result, "asked from within a step or scoring in another");
    }

    private static void ThrowIf(bool fails)
    {
        if (fails)
        {
            throw new InvalidOperationException();
        }
    }
}
