using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// What the layers below everything trained make of each pair. It never changes during a training, so it is computed once for each pair and
/// kept as long as there is room; what finds no room is computed anew for every chunk, with the same result.
/// </summary>
/// <remarks>Any number of threads may use it, each with a workspace of its own.</remarks>
internal sealed class FrozenPrefix
{
    private const int SlabFloats = 1 << 20;

    private readonly EncoderShape _shape;
    private readonly LayerRange _range;
    private readonly TrainablePlan _plan;
    private readonly Encoder _encoder;
    private readonly bool _firstTokens;
    private readonly long _mostFloats;
    private readonly MemoryLimit _limit;
    private readonly Dictionary<EncodedPair, Memory<float>> _kept = [];
    private Memory<float> _slab;
    private long _slabFloats;

    /// <param name="encoder">The encoder.</param>
    /// <param name="layers">How many of its layers are frozen, counted from the bottom; if all, only first tokens are wanted of the last.</param>
    /// <param name="plan">What is trained above them.</param>
    /// <param name="mostBytes">The memory to keep results in.</param>
    /// <param name="threads">The most threads that pack weights.</param>
    /// <param name="limit">What that memory is taken from.</param>
    public FrozenPrefix(EncoderWeights encoder, int layers, TrainablePlan plan, long mostBytes, int threads, MemoryLimit limit)
    {
        _shape = encoder.Shape;
        _range = new LayerRange(0, layers);
        _plan = plan with { Adapter = plan.Adapter.ToFrozen() };
        _encoder = new Encoder(encoder, _range, _plan.Adapter, new TrainedLayout(encoder, _plan), default, threads, differentiated: false);
        _firstTokens = layers == encoder.Shape.Layers;
        _mostFloats = mostBytes / sizeof(float);
        _limit = limit;
    }

    /// <summary>How many layers it stands for.</summary>
    public int Layers => _range.End;

    /// <summary>The memory in which it computes, for a workspace of the layers above.</summary>
    public Workspace CreateWorkspace() => new(new PackedBatch(_shape), _shape, _range, _plan, training: false);

    /// <summary>Writes what the frozen layers make of a chunk's pairs to <see cref="Workspace.Input"/>.</summary>
    /// <param name="above">Has the chunk.</param>
    /// <param name="below">As <see cref="CreateWorkspace"/> made it, with room for the chunk.</param>
    public void Fill(Workspace above, Workspace below)
    {
        PackedBatch missing = below.Batch;
        missing.Clear();
        for (int i = 0; i < above.Chunk.Count; i++)
        {
            if (TryFind(above.Pair(i), out Memory<float> kept))
            {
                kept.Span.CopyTo(RowsOf(above.Input, above, i));
            }
            else
            {
                missing.Add(above.Pair(i));
            }
        }

        if (missing.Count > 0)
        {
            below.Begin(missing.Chunk(0, 1));
            _encoder.Forward(below);
            TakeOver(above, below);
        }
    }

    /// <summary>Copies what was computed, whose pairs stand in the chunk's order, and keeps it if there is room.</summary>
    private void TakeOver(Workspace above, Workspace below)
    {
        int next = 0;
        for (int i = 0; i < above.Chunk.Count && next < below.Chunk.Count; i++)
        {
            if (ReferenceEquals(above.Pair(i), below.Pair(next)))
            {
                Span<float> rows = RowsOf(below.Output, below, next++);
                rows.CopyTo(RowsOf(above.Input, above, i));
                Keep(above.Pair(i), rows);
            }
        }
    }

    private Span<float> RowsOf(Memory<float> matrix, Workspace workspace, int sequence)
    {
        int first = _firstTokens ? sequence : workspace.Start(sequence);
        int rows = _firstTokens ? 1 : workspace.Length(sequence);
        return matrix.Span.Slice(first * _shape.Hidden, rows * _shape.Hidden);
    }

    private bool TryFind(EncodedPair pair, out Memory<float> kept)
    {
        lock (_kept)
        {
            return _kept.TryGetValue(pair, out kept);
        }
    }

    private void Keep(EncodedPair pair, ReadOnlySpan<float> rows)
    {
        lock (_kept)
        {
            // A pair may be in a batch twice.
            if (!_kept.ContainsKey(pair) && HasRoom(rows.Length))
            {
                rows.CopyTo(_slab.Span);
                _kept.Add(pair, _slab[..rows.Length]);
                _slab = _slab[rows.Length..];
            }
        }
    }

    private bool HasRoom(int length)
    {
        if (_slab.Length >= length)
        {
            return true;
        }

        int slab = (int)Math.Max(length, Math.Min(SlabFloats, _mostFloats - _slabFloats));
        if (_slabFloats + slab > _mostFloats || !_limit.TryTakeSpare((long)slab * sizeof(float)))
        {
            return false;
        }

        _slab = AlignedMemory.Allocate(slab);
        _slabFloats += slab;
        return true;
    }
}
