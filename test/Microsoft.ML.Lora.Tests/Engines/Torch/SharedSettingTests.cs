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
}
