using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// Runs numbered tasks on the caller's thread and on up to <c>threads − 1</c> helpers from the thread pool, and returns when all are done.
/// </summary>
/// <remarks>
/// A task is claimed by whoever is free, so what a task computes must not depend on who runs it. The caller never waits for a helper
/// to start: where the pool is busy it does the work alone. One caller at a time; no allocation once running.
/// </remarks>
internal sealed class ForkJoin : IThreadPoolWorkItem
{
    private readonly int _threads;
    private readonly object _finished = new();
    private Action<int>? _task;
    private ExceptionDispatchInfo? _failure;
    private int _unclaimed;
    private int _unfinished;
    private int _helpers;

    /// <param name="threads">The most threads that work at once, the caller's included.</param>
    public ForkJoin(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _threads = threads;
    }

    /// <summary>
    /// Runs <paramref name="task"/> for every number from 0 to <paramref name="count"/> − 1, in any order. The first exception comes
    /// out after all ended.
    /// </summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="task">What to run.</param>
    /// <param name="mostThreads">How many threads to ask for at most, the caller's included; one that comes late from an earlier run may join them.</param>
    public void Run(int count, Action<int> task, int mostThreads = int.MaxValue)
    {
        if (count == 0)
        {
            return;
        }

        _task = task;
        _failure = null;
        Volatile.Write(ref _unfinished, count);
        Volatile.Write(ref _unclaimed, count);
        CallHelpers(Math.Min(Math.Min(_threads, mostThreads), count) - 1);
        WorkOff();
        AwaitFinish();
        _failure?.Throw();
    }

    /// <summary>
    /// A helper's share: claims tasks until none is left. It may arrive late, even in a later run, and finds what there is.
    /// </summary>
    void IThreadPoolWorkItem.Execute()
    {
        WorkOff();
        Interlocked.Decrement(ref _helpers);
    }

    private void CallHelpers(int wanted)
    {
        while (Volatile.Read(ref _helpers) < wanted)
        {
            Interlocked.Increment(ref _helpers);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void AwaitFinish()
    {
        lock (_finished)
        {
            while (Volatile.Read(ref _unfinished) > 0)
            {
                Monitor.Wait(_finished);
            }
        }
    }

    private void WorkOff()
    {
        while (TryClaim(out int number))
        {
            try
            {
                // The run cannot end, so the task cannot change, before this claim is finished.
                _task!(number);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            }

            if (Interlocked.Decrement(ref _unfinished) == 0)
            {
                lock (_finished)
                {
                    Monitor.Pulse(_finished);
                }
            }
        }
    }

    private bool TryClaim(out int number)
    {
        int unclaimed = Volatile.Read(ref _unclaimed);
        while (unclaimed > 0)
        {
            int seen = Interlocked.CompareExchange(ref _unclaimed, unclaimed - 1, unclaimed);
            if (seen == unclaimed)
            {
                number = unclaimed - 1;
                return true;
            }

            unclaimed = seen;
        }

        number = -1;
        return false;
    }
}
