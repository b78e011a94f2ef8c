using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Computes logits for one caller at a time, and keeps the memory for the next call.</summary>
/// <remarks>
/// Nothing is padded and every row's result is its own, so neither the order of the pairs nor the split into chunks matters.
/// </remarks>
internal sealed class ScoringRun
{
    /// <summary>Pairs taken in at once, so that memory does not grow with the call.</summary>
    private const int WindowPairs = 1024;

    private readonly Network _network;
    private readonly PackedBatch _batch;
    private readonly WorkspacePool _workspaces;
    private readonly ForkJoin _forkJoin;
    private readonly Action<int> _runChunk;
    private readonly int _threads;
    private float[] _logits = [];
    private int _chunks;
    private IPairObserver? _observer;
    private int _firstNumber;

    /// <param name="network">What computes.</param>
    /// <param name="threads">The most threads that work at once.</param>
    /// <param name="limit">What activations may take up.</param>
    public ScoringRun(Network network, int threads, MemoryLimit limit)
    {
        _network = network;
        _threads = threads;
        _batch = new PackedBatch(network.Shape);
        _workspaces = new WorkspacePool(threads, limit, () => network.CreateWorkspace(_batch, training: false));
        _forkJoin = new ForkJoin(threads);
        _runChunk = RunChunk;
    }

    /// <summary>Computes the logits of any number of pairs.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="logits">(pairs, classes). Overwritten.</param>
    /// <param name="observer">Is shown each pair; <see langword="null"/> for logits alone.</param>
    /// <exception cref="ArgumentException">The room for logits is of another size, or a sequence does not suit the encoder.</exception>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver? observer = null)
    {
        LogitRoom.Check(pairs.Length, _network.Classes, logits);
        _observer = observer;
        for (int first = 0; first < pairs.Length; first += WindowPairs)
        {
            int count = Math.Min(WindowPairs, pairs.Length - first);
            ScoreWindow(pairs.Slice(first, count), first);
            _logits.AsSpan(0, count * _network.Classes).CopyTo(logits[(first * _network.Classes)..]);
        }

        _observer = null;
    }

    private void ScoreWindow(ReadOnlySpan<EncodedPair> pairs, int firstNumber)
    {
        _batch.Load(pairs, firstNumber);
        _firstNumber = firstNumber;
        if (_logits.Length < pairs.Length * _network.Classes)
        {
            _logits = new float[pairs.Length * _network.Classes];
        }

        int threads = Reserve();
        _forkJoin.Run(_chunks, _runChunk, threads);
    }

    /// <summary>
    /// Splits the window into chunks as large as is good, or as small as memory asks for: down to one sequence each. Returns how many threads
    /// there is memory for.
    /// </summary>
    private int Reserve()
    {
        _chunks = ChunkRule.ScoringChunks(_batch.Tokens, _threads);
        (PackedChunk largest, int filled) = _batch.Chunks(_chunks);
        while (_chunks < _batch.Tokens && !_workspaces.TryReserve(largest, filled))
        {
            _chunks = Math.Min(2 * _chunks, _batch.Tokens);
            (largest, filled) = _batch.Chunks(_chunks);
        }

        return _workspaces.Reserve(largest, filled);
    }

    private void Show(Workspace workspace, IPairObserver observer)
    {
        ReadOnlySpan<float> tokens = workspace.LastInput.Span;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            observer.Observe(
                _firstNumber + workspace.Chunk.First + i,
                workspace.Pair(i),
                tokens.Slice(workspace.Start(i) * _network.Shape.Hidden, workspace.Length(i) * _network.Shape.Hidden));
        }
    }

    private void RunChunk(int number)
    {
        PackedChunk chunk = _batch.Chunk(number, _chunks);
        if (chunk.Count == 0)
        {
            return;
        }

        Workspace workspace = _workspaces.Rent();
        try
        {
            workspace.Begin(chunk);
            _network.Forward(workspace);
            workspace.Logits.Span.CopyTo(_logits.AsSpan(chunk.First * _network.Classes));
            if (_observer is not null)
            {
                Show(workspace, _observer);
            }
        }
        finally
        {
            _workspaces.Return(workspace);
        }
    }
}
