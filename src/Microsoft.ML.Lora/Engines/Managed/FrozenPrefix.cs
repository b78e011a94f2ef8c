using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// What the layers below everything trained make of each pair. It never changes during a training, so it is computed once for each pair and
/// kept as long as there is room; what finds no room is computed anew for every batch, with the same result.
/// </summary>
internal sealed class FrozenPrefix
{
    private const int SlabFloats = 1 << 20;

    private readonly Encoder _encoder;
    private readonly int _hidden;
    private readonly bool _firstTokens;
    private readonly long _mostFloats;
    private readonly PackedBatch _batch;
    private readonly WorkspacePool _workspaces;
    private readonly ForkJoin _forkJoin;
    private readonly int _threads;
    private readonly Action<int> _runChunk;
    private readonly Dictionary<EncodedPair, Memory<float>> _kept = [];
    private readonly Dictionary<EncodedPair, Memory<float>> _passing = [];
    private readonly Arena _passingRoom = new();
    private EncodedPair[] _missing = [];
    private Memory<float> _slab;
    private long _keptFloats;
    private int _chunks;

    /// <param name="encoder">The encoder.</param>
    /// <param name="layers">How many of its layers are frozen, counted from the bottom; if all, only first tokens are wanted of the last.</param>
    /// <param name="plan">What is trained above them.</param>
    /// <param name="mostBytes">The memory to keep results in.</param>
    /// <param name="forkJoin">Runs the work.</param>
    /// <param name="threads">The most threads that it runs at once.</param>
    /// <param name="limit">What activations may take up.</param>
    public FrozenPrefix(
        EncoderWeights encoder, int layers, TrainablePlan plan, long mostBytes, ForkJoin forkJoin, int threads, MemoryLimit limit)
    {
        var range = new LayerRange(0, layers);
        TrainablePlan frozen = plan with { Adapter = plan.Adapter.Frozen };
        var nothing = new TrainedLayout(encoder, frozen);
        Layers = layers;
        _encoder = new Encoder(encoder, range, frozen.Adapter, nothing, default, threads, differentiated: false);
        _hidden = encoder.Shape.Hidden;
        _firstTokens = layers == encoder.Shape.Layers;
        _mostFloats = mostBytes / sizeof(float);
        _batch = new PackedBatch(encoder.Shape);
        _workspaces = new WorkspacePool(threads, limit, () => new Workspace(_batch, encoder.Shape, range, frozen, training: false));
        _forkJoin = forkJoin;
        _threads = threads;
        _runChunk = RunChunk;
    }

    /// <summary>How many layers it stands for.</summary>
    public int Layers { get; }

    /// <summary>Sees to it that <see cref="Fill"/> knows each of these pairs, until the next call.</summary>
    /// <exception cref="ArgumentException">A sequence does not suit the encoder.</exception>
    public void Prepare(ReadOnlySpan<EncodedPair> pairs)
    {
        _passing.Clear();
        int missing = FindMissing(pairs);
        if (missing == 0)
        {
            return;
        }

        ReadOnlySpan<EncodedPair> wanted = _missing.AsSpan(0, missing);
        _batch.Load(wanted);
        _chunks = ChunkRule.ScoringChunks(_batch.Tokens, _threads);
        try
        {
            MakeRoom(wanted);
            _workspaces.Reserve(_batch.LargestChunk(_chunks), _chunks);
            _forkJoin.Run(_chunks, _runChunk);
        }
        catch
        {
            Forget(wanted);
            throw;
        }
    }

    /// <summary>Copies what the frozen layers make of a chunk's pairs to <see cref="Workspace.Input"/>.</summary>
    public void Fill(Workspace workspace)
    {
        Span<float> input = workspace.Input.Span;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            RoomOf(workspace.Pair(i)).Span.CopyTo(input[(FirstRow(workspace, i) * _hidden)..]);
        }
    }

    private Memory<float> RoomOf(EncodedPair pair) => _kept.TryGetValue(pair, out Memory<float> kept) ? kept : _passing[pair];

    private int FirstRow(Workspace workspace, int sequence) => _firstTokens ? sequence : workspace.Start(sequence);

    private int FindMissing(ReadOnlySpan<EncodedPair> pairs)
    {
        if (_missing.Length < pairs.Length)
        {
            _missing = new EncodedPair[pairs.Length];
        }

        int count = 0;
        foreach (EncodedPair pair in pairs)
        {
            // A pair may be in a batch twice.
            if (!_kept.ContainsKey(pair) && _passing.TryAdd(pair, default))
            {
                _missing[count++] = pair;
            }
        }

        return count;
    }

    private int LengthOf(EncodedPair pair) => (_firstTokens ? 1 : pair.Length) * _hidden;

    private void MakeRoom(ReadOnlySpan<EncodedPair> pairs)
    {
        int kept = 0;
        while (kept < pairs.Length && TryKeep(pairs[kept]))
        {
            _passing.Remove(pairs[kept]);
            kept++;
        }

        do
        {
            _passingRoom.Clear();
            foreach (EncodedPair pair in pairs[kept..])
            {
                _passing[pair] = _passingRoom.Take(LengthOf(pair));
            }
        }
        while (!_passingRoom.Holds());
    }

    private bool TryKeep(EncodedPair pair)
    {
        int length = LengthOf(pair);
        if (_keptFloats + length > _mostFloats)
        {
            return false;
        }

        if (_slab.Length < length)
        {
            _slab = AlignedMemory.Allocate(Math.Max(length, (int)Math.Min(SlabFloats, _mostFloats - _keptFloats)));
        }

        _kept.Add(pair, _slab[..length]);
        _slab = _slab[length..];
        _keptFloats += length;
        return true;
    }

    private void Forget(ReadOnlySpan<EncodedPair> pairs)
    {
        foreach (EncodedPair pair in pairs)
        {
            if (_kept.Remove(pair))
            {
                _keptFloats -= LengthOf(pair);
            }
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
            _encoder.Forward(workspace);
            ReadOnlySpan<float> output = workspace.Output.Span;
            for (int i = 0; i < chunk.Count; i++)
            {
                Span<float> room = RoomOf(workspace.Pair(i)).Span;
                output.Slice(FirstRow(workspace, i) * _hidden, room.Length).CopyTo(room);
            }
        }
        finally
        {
            _workspaces.Return(workspace);
        }
    }
}
