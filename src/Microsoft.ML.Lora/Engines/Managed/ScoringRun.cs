using Microsoft.ML.Lora.Models;
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
    private readonly int _classes;
    private readonly int _hidden;
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
    /// <param name="shape">The encoder's sizes.</param>
    /// <param name="plan">What lies on top of the encoder.</param>
    /// <param name="threads">The most threads that work at once.</param>
    /// <param name="limit">What activations may take up.</param>
    public ScoringRun(Network network, EncoderShape shape, TrainablePlan plan, int threads, MemoryLimit limit)
    {
        _network = network;
        _classes = plan.Classes;
        _hidden = shape.Hidden;
        _threads = threads;
        _batch = new PackedBatch(shape);
        _workspaces = new WorkspacePool(
            threads, limit, () => new Workspace(_batch, shape, network.Layers, plan, training: false, network.Precision));
        _forkJoin = new ForkJoin(threads);
        _runChunk = RunChunk;
    }

    /// <summary>Computes the logits of any number of pairs.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="logits">(pairs, classes). Overwritten.</param>
    /// <param name="observer">Is shown each pair; <see langword="null"/> for logits alone.</param>
    /// <exception cref="ArgumentException">The room for logits is of another size, or a sequence does not suit the encoder.</exception>
    /// <exception cref="InvalidOperationException">There is an observer, but the network computes no more than logits need.</exception>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver? observer = null)
    {
        if (observer is not null && !_network.Layers.AllTokens)
        {
            throw new InvalidOperationException("This scorer was made for logits alone and cannot be observed. Create it as observable.");
        }

        if (logits.Length != (long)pairs.Length * _classes)
        {
            throw new ArgumentException(
                $"{pairs.Length} pairs in {_classes} classes have {(long)pairs.Length * _classes} logits, but there is room for {logits.Length}.",
                nameof(logits));
        }

        _observer = observer;
        for (int first = 0; first < pairs.Length; first += WindowPairs)
        {
            int count = Math.Min(WindowPairs, pairs.Length - first);
            ScoreWindow(pairs.Slice(first, count), first);
            _logits.AsSpan(0, count * _classes).CopyTo(logits[(first * _classes)..]);
        }

        _observer = null;
    }

    private void ScoreWindow(ReadOnlySpan<EncodedPair> pairs, int firstNumber)
    {
        _batch.Load(pairs, firstNumber);
        _firstNumber = firstNumber;
        _network.Prepare(pairs);
        if (_logits.Length < pairs.Length * _classes)
        {
            _logits = new float[pairs.Length * _classes];
        }

        _chunks = ChunkRule.ScoringChunks(_batch.Tokens, _threads);
        _workspaces.Reserve(_batch.LargestChunk(_chunks), _chunks);
        _forkJoin.Run(_chunks, _runChunk);
    }

    private void Show(Workspace workspace, IPairObserver observer)
    {
        ReadOnlySpan<float> pooled = _network.ReadByClassifier(workspace).Span;
        ReadOnlySpan<float> tokens = workspace.Output.Span;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            observer.Observe(
                _firstNumber + workspace.Chunk.First + i,
                workspace.Pair(i),
                pooled.Slice(i * _hidden, _hidden),
                tokens.Slice(workspace.Start(i) * _hidden, workspace.Length(i) * _hidden));
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
            workspace.Logits.Span.CopyTo(_logits.AsSpan(chunk.First * _classes));
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
