namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>As many workspaces as threads work at once.</summary>
internal sealed class WorkspacePool
{
    private readonly Stack<Workspace> _free;
    private readonly MemoryLimit _limit;
    private readonly int _count;

    /// <param name="threads">How many workspaces.</param>
    /// <param name="limit">What their memory is taken from.</param>
    /// <param name="create">Makes one.</param>
    public WorkspacePool(int threads, MemoryLimit limit, Func<Workspace> create)
    {
        _count = threads;
        _limit = limit;
        _free = new Stack<Workspace>(Enumerable.Range(0, threads).Select(_ => create()));
    }

    /// <summary>
    /// Makes ready for chunks that are computed next, so that computing them allocates nothing, or does nothing and returns
    /// <see langword="false"/> if the process may not use as much memory. Nobody may hold a workspace meanwhile.
    /// </summary>
    /// <param name="largest">A size that each of the chunks fits into.</param>
    /// <param name="chunks">How many chunks.</param>
    public bool TryReserve(PackedChunk largest, int chunks) => TryReserveFor(Math.Min(chunks, _count), largest);

    /// <summary>Makes ready for chunks that cannot be smaller, with as many threads as there is memory for.</summary>
    /// <param name="largest">A size that each of the chunks fits into.</param>
    /// <param name="chunks">How many chunks.</param>
    /// <returns>How many threads may work on them: at least 1.</returns>
    /// <exception cref="InsufficientMemoryException">There is not enough for one; the message says what would fit.</exception>
    public int Reserve(PackedChunk largest, int chunks)
    {
        for (int threads = Math.Min(chunks, _count); threads > 0; threads--)
        {
            if (TryReserveFor(threads, largest))
            {
                return threads;
            }
        }

        Release();
        return TryReserveFor(1, largest) ? 1 : throw MemoryShortage.Describe(_free.Peek(), largest, _limit.Free);
    }

    /// <summary>Hands out a workspace; the caller gives it back.</summary>
    public Workspace Rent()
    {
        lock (_free)
        {
            return _free.Pop();
        }
    }

    /// <summary>Takes a workspace back.</summary>
    public void Return(Workspace workspace)
    {
        lock (_free)
        {
            _free.Push(workspace);
        }
    }

    /// <summary>The workspaces on top grow: they are rented first, and given back to the top.</summary>
    private bool TryReserveFor(int threads, PackedChunk largest)
    {
        if (!_free.Peek().CanHold(largest))
        {
            return false;
        }

        long growth = 0;
        int left = threads;
        foreach (Workspace workspace in _free)
        {
            growth += left-- > 0 ? workspace.BytesFor(largest) - workspace.BytesHeld : 0;
        }

        if (!_limit.TryTake(growth))
        {
            return false;
        }

        left = threads;
        foreach (Workspace workspace in _free)
        {
            if (left-- > 0)
            {
                workspace.Reserve(largest);
            }
        }

        return true;
    }

    private void Release()
    {
        foreach (Workspace workspace in _free)
        {
            _limit.GiveBack(workspace.BytesHeld);
            workspace.Release();
        }
    }
}
