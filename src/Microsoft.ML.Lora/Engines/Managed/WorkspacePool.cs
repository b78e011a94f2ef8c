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

    /// <summary>Whether there is memory for some chunks to be computed. Nobody may hold a workspace meanwhile.</summary>
    /// <param name="largest">A size that each of the chunks fits into.</param>
    /// <param name="chunks">How many chunks.</param>
    public bool HasRoom(PackedChunk largest, int chunks) => _limit.Allows(Growth(largest, Used(chunks)));

    /// <summary>
    /// Makes ready for some chunks that are computed next, so that computing them allocates nothing. Nobody may hold a workspace meanwhile.
    /// </summary>
    /// <param name="largest">A size that each of the chunks fits into.</param>
    /// <param name="chunks">How many chunks.</param>
    /// <exception cref="InsufficientMemoryException">The process may not use as much memory; the message says what would fit.</exception>
    public void Reserve(PackedChunk largest, int chunks)
    {
        int used = Used(chunks);
        if (!_limit.TryTake(Growth(largest, used)))
        {
            throw MemoryShortage.Describe(_free.Peek(), largest, used, _limit.Free + _free.Sum(workspace => workspace.BytesHeld));
        }

        foreach (Workspace workspace in _free)
        {
            if (used-- == 0)
            {
                break;
            }

            workspace.Reserve(largest);
        }
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

    /// <summary>How many workspaces work on so many chunks: those on top are rented first, and given back to the top.</summary>
    private int Used(int chunks) => Math.Min(chunks, _count);

    private long Growth(PackedChunk largest, int used)
    {
        long growth = 0;
        foreach (Workspace workspace in _free)
        {
            if (used-- == 0)
            {
                break;
            }

            growth += workspace.BytesFor(largest) - workspace.BytesHeld;
        }

        return growth;
    }
}
