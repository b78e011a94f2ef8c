namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>How much memory activations may take up: everything of one training or one model draws on the same limit.</summary>
/// <remarks>Any number of threads may call it.</remarks>
internal sealed class MemoryLimit
{
    private readonly object _gate = new();
    private long? _most;
    private long _taken;
    private bool _countsGarbage;

    /// <param name="bytes">The most bytes.</param>
    public MemoryLimit(long bytes) => _most = bytes;

    private MemoryLimit() => _countsGarbage = true;

    /// <summary>What may still be taken.</summary>
    public long Free
    {
        get
        {
            lock (_gate)
            {
                return Math.Max(0, Most - _taken);
            }
        }
    }

    /// <summary>Measured when first needed: by then weights and optimizer are in memory.</summary>
    private long Most => _most ??= FreeInProcess();

    /// <summary>What the process may use, less what it holds when something is first taken.</summary>
    public static MemoryLimit OfProcess() => new();

    /// <summary>Takes so many more bytes, or none and returns <see langword="false"/> if they are too many.</summary>
    public bool TryTake(long bytes)
    {
        lock (_gate)
        {
            if (bytes > Most - _taken && _countsGarbage)
            {
                // What nobody uses any more counted as held; collect it once before anything is refused.
                _countsGarbage = false;
                GC.Collect();
                _most = Math.Max(Most, FreeInProcess() + _taken);
            }

            return TakeUpTo(Most, bytes);
        }
    }

    /// <summary>Takes so many more bytes for something that could be done without: half of the limit is left to what cannot.</summary>
    public bool TryTakeSpare(long bytes)
    {
        lock (_gate)
        {
            return TakeUpTo(Most / 2, bytes);
        }
    }

    /// <summary>Gives bytes back that were taken.</summary>
    public void GiveBack(long bytes)
    {
        lock (_gate)
        {
            _taken -= bytes;
        }
    }

    private static long FreeInProcess() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - GC.GetTotalMemory(forceFullCollection: false);

    private bool TakeUpTo(long most, long bytes)
    {
        bool allowed = bytes <= most - _taken;
        _taken += allowed ? bytes : 0;
        return allowed;
    }
}
