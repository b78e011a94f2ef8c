using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// Loss and gradients of one batch. The batch is split into lanes with a gradient buffer each; one or several neighbouring lanes are
/// worked off by one thread, forward and backward; then the lanes are added up in their order. So the sums do not depend on the number of
/// threads.
/// </summary>
internal sealed class GradientPass
{
    private readonly Network _network;
    private readonly TrainedLayout _layout;
    private readonly PackedBatch _batch;
    private readonly WorkspacePool _workspaces;
    private readonly ForkJoin _forkJoin;
    private readonly Memory<float>[] _laneGradients;
    private readonly double[] _laneLosses;
    private readonly double[] _tensorSquares;
    private readonly Action<int> _runLanes;
    private readonly int _threads;
    private readonly Action<int> _sumLanes;
    private int[] _labels = [];
    private float[] _weights = [];
    private double _totalWeight;
    private ulong? _dropoutSeed;
    private int _lanesUsed;
    private int _partsPerLane;
    private int _lanesPerChunk;

    /// <param name="network">What is differentiated.</param>
    /// <param name="layout">Where the trained tensors lie.</param>
    /// <param name="forkJoin">Runs the lanes.</param>
    /// <param name="threads">The most lanes that it runs at once.</param>
    /// <param name="limit">What activations may take up.</param>
    public GradientPass(Network network, TrainedLayout layout, ForkJoin forkJoin, int threads, MemoryLimit limit)
    {
        _network = network;
        _layout = layout;
        _batch = new PackedBatch(network.Shape);
        _workspaces = new WorkspacePool(threads, limit, () => network.CreateWorkspace(_batch, training: true));
        _forkJoin = forkJoin;
        _threads = threads;
        int lanes = ChunkRule.Lanes(layout.Length);
        _laneGradients = new Memory<float>[lanes];
        _laneLosses = new double[lanes];
        _tensorSquares = new double[layout.Tensors.Count];
        _runLanes = RunLanes;
        _sumLanes = SumLanes;
    }

    /// <summary>The gradients of the last batch, laid out like the weights.</summary>
    public Memory<float> Gradients => _laneGradients[0];

    /// <summary>Computes the batch's weighted mean loss, its gradients, and their norm.</summary>
    /// <param name="batch">The batch; labels and weights are checked already.</param>
    /// <param name="dropoutSeed">Seed of this step's masks; <see langword="null"/> for no dropout.</param>
    /// <exception cref="ArgumentException">A sequence does not suit the encoder.</exception>
    public StepResult Run(in TrainingBatch batch, ulong? dropoutSeed)
    {
        Load(batch);
        _dropoutSeed = dropoutSeed;
        _lanesUsed = ChunkRule.LanesUsed(_batch.Tokens, _laneGradients.Length);
        _partsPerLane = ChunkRule.PartsPerLane(_batch.Tokens, _lanesUsed);
        _lanesPerChunk = ChunkRule.LanesPerChunk(_batch.Tokens, _lanesUsed, _threads);
        AllocateLanes();
        int threads = Reserve();
        _forkJoin.Run(Groups, _runLanes, threads);
        _forkJoin.Run(_tensorSquares.Length, _sumLanes);
        return new StepResult(SumInOrder(_laneLosses.AsSpan(0, _lanesUsed)), Math.Sqrt(SumInOrder(_tensorSquares)));
    }

    private int Groups => (_lanesUsed + _lanesPerChunk - 1) / _lanesPerChunk;

    private void Load(in TrainingBatch batch)
    {
        _batch.Load(batch.Pairs);
        if (_labels.Length < batch.Labels.Length)
        {
            _labels = new int[batch.Labels.Length];
            _weights = new float[batch.Weights.Length];
        }

        batch.Labels.CopyTo(_labels);
        batch.Weights.CopyTo(_weights);
        _totalWeight = 0;
        foreach (float weight in batch.Weights)
        {
            _totalWeight += weight;
        }
    }

    private void AllocateLanes()
    {
        for (int i = 0; i < _lanesUsed; i++)
        {
            if (_laneGradients[i].IsEmpty)
            {
                _laneGradients[i] = AlignedMemory.Allocate(_layout.Length);
            }
        }
    }

    /// <summary>Puts as many lanes into a chunk as is good, or as few as memory asks for. Returns how many threads there is memory for.</summary>
    private int Reserve()
    {
        (PackedChunk largest, int filled) = Chunks();
        while (_lanesPerChunk > 1 && !_workspaces.TryReserve(largest, filled))
        {
            _lanesPerChunk /= 2;
            (largest, filled) = Chunks();
        }

        return _workspaces.Reserve(largest, filled);
    }

    /// <summary>The size that each chunk fits into, and how many groups of lanes have any sequence.</summary>
    private (PackedChunk Largest, int Filled) Chunks()
    {
        PackedChunk largest = default;
        int filled = 0;
        for (int group = 0; group < Groups; group++)
        {
            bool isFilled = false;
            for (int part = 0; part < _partsPerLane; part++)
            {
                PackedChunk chunk = ChunkOf(FirstLane(group), FirstLane(group + 1), part);
                largest = largest.Covering(chunk);
                isFilled |= chunk.Count > 0;
            }

            filled += isFilled ? 1 : 0;
        }

        return (largest, filled);
    }

    private int FirstLane(int group) => Math.Min(group * _lanesPerChunk, _lanesUsed);

    private PackedChunk PartOf(int lane, int part) => _batch.Chunk(lane * _partsPerLane + part, _lanesUsed * _partsPerLane);

    private PackedChunk ChunkOf(int firstLane, int endLane, int part)
    {
        PackedChunk chunk = PartOf(firstLane, part);
        for (int lane = firstLane + 1; lane < endLane; lane++)
        {
            chunk = chunk.With(PartOf(lane, part));
        }

        return chunk;
    }

    private void RunLanes(int group)
    {
        int first = FirstLane(group);
        int end = FirstLane(group + 1);
        for (int lane = first; lane < end; lane++)
        {
            _laneGradients[lane].Span.Clear();
            _laneLosses[lane] = 0;
        }

        Workspace workspace = _workspaces.Rent();
        workspace.DropoutSeed = _dropoutSeed;
        try
        {
            for (int part = 0; part < _partsPerLane; part++)
            {
                PackedChunk chunk = ChunkOf(first, end, part);
                if (chunk.Count > 0)
                {
                    RunChunk(workspace, chunk, first, end, part);
                }
            }
        }
        finally
        {
            _workspaces.Return(workspace);
        }
    }

    private void RunChunk(Workspace workspace, PackedChunk chunk, int firstLane, int endLane, int part)
    {
        workspace.Begin(chunk);
        for (int lane = firstLane; lane < endLane; lane++)
        {
            workspace.AddLane(PartOf(lane, part), _laneGradients[lane]);
        }

        _network.Forward(workspace);
        int classes = _network.Classes;
        ReadOnlySpan<LaneRows> lanes = workspace.SequenceRows.Lanes.Span;
        for (int i = 0; i < lanes.Length; i++)
        {
            LaneRows rows = lanes[i];
            _laneLosses[firstLane + i] += CrossEntropy.ForwardBackward(
                workspace.Logits.Span.Slice(rows.Start * classes, rows.Count * classes),
                classes,
                _labels.AsSpan(chunk.First + rows.Start, rows.Count),
                _weights.AsSpan(chunk.First + rows.Start, rows.Count),
                _totalWeight,
                workspace.GradLogits.Span.Slice(rows.Start * classes, rows.Count * classes));
        }

        _network.Backward(workspace);
    }

    /// <summary>Adds all lanes' gradients of one tensor into the first lane's.</summary>
    private void SumLanes(int number)
    {
        TrainedTensor tensor = _layout.Tensors[number];
        Span<float> sum = tensor.In(_laneGradients[0].Span);
        for (int lane = 1; lane < _lanesUsed; lane++)
        {
            TensorPrimitives.Add(sum, tensor.In(_laneGradients[lane].Span), sum);
        }

        _tensorSquares[number] = Norms.SumOfSquares(sum);
    }

    private static double SumInOrder(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum;
    }
}
