using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// Loss and gradients of one batch. The batch is split into lanes with a gradient buffer each; a lane is worked off by one thread, forward
/// and backward, chunk after chunk; then the lanes are added up in their order. So the sums do not depend on the number of threads.
/// </summary>
internal sealed class GradientPass
{
    private readonly Network _network;
    private readonly TrainedLayout _layout;
    private readonly int _classes;
    private readonly PackedBatch _batch;
    private readonly WorkspacePool _workspaces;
    private readonly ForkJoin _forkJoin;
    private readonly Memory<float>[] _laneGradients;
    private readonly double[] _laneLosses;
    private readonly double[] _tensorSquares;
    private readonly Action<int> _runLane;
    private readonly Action<int> _sumLanes;
    private int[] _labels = [];
    private float[] _weights = [];
    private double _totalWeight;
    private ulong? _dropoutSeed;
    private int _lanesUsed;
    private int _chunksPerLane;

    /// <param name="network">What is differentiated.</param>
    /// <param name="shape">The encoder's sizes.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="layout">Where the trained tensors lie.</param>
    /// <param name="forkJoin">Runs the lanes.</param>
    /// <param name="threads">The most lanes that it runs at once.</param>
    public GradientPass(Network network, EncoderShape shape, TrainablePlan plan, TrainedLayout layout, ForkJoin forkJoin, int threads)
    {
        _network = network;
        _layout = layout;
        _classes = plan.Classes;
        _batch = new PackedBatch(shape);
        _workspaces = new WorkspacePool(threads, () => new Workspace(_batch, shape, plan, training: true));
        _forkJoin = forkJoin;
        int lanes = ChunkRule.Lanes(layout.Length);
        _laneGradients = new Memory<float>[lanes];
        _laneLosses = new double[lanes];
        _tensorSquares = new double[layout.Tensors.Count];
        _runLane = RunLane;
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
        _chunksPerLane = ChunkRule.ChunksPerLane(_batch.Tokens, _lanesUsed);
        Reserve();
        _forkJoin.Run(_lanesUsed, _runLane);
        _forkJoin.Run(_tensorSquares.Length, _sumLanes);
        return new StepResult(SumInOrder(_laneLosses.AsSpan(0, _lanesUsed)), Math.Sqrt(SumInOrder(_tensorSquares)));
    }

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

    private void Reserve()
    {
        _workspaces.Reserve(_batch.LargestChunk(_lanesUsed * _chunksPerLane));
        for (int i = 0; i < _lanesUsed; i++)
        {
            if (_laneGradients[i].IsEmpty)
            {
                _laneGradients[i] = AlignedMemory.Allocate(_layout.Length);
            }
        }
    }

    private void RunLane(int lane)
    {
        Workspace workspace = _workspaces.Rent();
        workspace.Gradients = _laneGradients[lane];
        workspace.Gradients.Span.Clear();
        workspace.DropoutSeed = _dropoutSeed;
        _laneLosses[lane] = 0;
        try
        {
            for (int i = 0; i < _chunksPerLane; i++)
            {
                PackedChunk chunk = _batch.Chunk(lane * _chunksPerLane + i, _lanesUsed * _chunksPerLane);
                if (chunk.Count > 0)
                {
                    workspace.Begin(chunk);
                    _laneLosses[lane] += RunChunk(workspace, chunk);
                }
            }
        }
        finally
        {
            _workspaces.Return(workspace);
        }
    }

    private double RunChunk(Workspace workspace, PackedChunk chunk)
    {
        _network.Forward(workspace);
        double loss = CrossEntropy.ForwardBackward(
            workspace.Logits.Span,
            _classes,
            _labels.AsSpan(chunk.First, chunk.Count),
            _weights.AsSpan(chunk.First, chunk.Count),
            _totalWeight,
            workspace.GradLogits.Span);
        _network.Backward(workspace);
        return loss;
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
