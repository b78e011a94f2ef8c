namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>How much memory activations may take up: everything of one training or one model draws on the same limit.</summary>
/// <remarks>Any number of threads may call it. What was taken is never given back: working memory grows to the largest piece of work, and stays.</remarks>
internal sealed class MemoryLimit
{
    private readonly object _gate = new();
    private long _most;
    private long _taken;
    private bool _countsGarbage;

    /// <param name="bytes">The most bytes.</param>
    public MemoryLimit(long bytes) => _most = bytes;

    /// <summary>What may still be taken.</summary>
    public long Free
    {
        get
        {
            lock (_gate)
            {
                return Math.Max(0, _most - _taken);
            }
        }
    }

    /// <summary>What the process may use, less what it holds already.</summary>
    public static MemoryLimit OfProcess() => new(FreeInProcess()) { _countsGarbage = true };

    /// <summary>Whether so many more bytes may be taken.</summary>
    public bool Allows(long bytes)
    {
        lock (_gate)
        {
            if (bytes > _most - _taken && _countsGarbage)
            {
                // What nobody uses any more counted as held; collect it once before anything is refused.
                _countsGarbage = false;
                GC.Collect();
                _most = Math.Max(_most, FreeInProcess() + _taken);
            }

            return bytes <= _most - _taken;
        }
    }

    /// <summary>Takes so many more bytes, or none and returns <see langword="false"/> if they are too many.</summary>
    public bool TryTake(long bytes)
    {
        lock (_gate)
        {
            bool allowed = Allows(bytes);
            _taken += allowed ? bytes : 0;
            return allowed;
        }
    }

    private static long FreeInProcess() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - GC.GetTotalMemory(forceFullCollection: false);
}
