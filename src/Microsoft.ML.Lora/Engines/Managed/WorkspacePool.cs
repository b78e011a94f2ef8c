namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>As many workspaces as threads work at once.</summary>
internal sealed class WorkspacePool
{
    private readonly Workspace[] _all;
    private readonly Stack<Workspace> _free;

    /// <param name="threads">How many workspaces.</param>
    /// <param name="create">Makes one.</param>
    public WorkspacePool(int threads, Func<Workspace> create)
    {
        _all = [.. Enumerable.Range(0, threads).Select(_ => create())];
        _free = new Stack<Workspace>(_all);
    }

    /// <summary>Makes every workspace ready for chunks up to this size. Nobody may hold one meanwhile.</summary>
    public void Reserve(PackedChunk largest)
    {
        foreach (Workspace workspace in _all)
        {
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
}
