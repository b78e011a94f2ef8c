using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>A training run of the managed engine.</summary>
internal sealed class TrainingSession : ITrainingSession
{
    private const string FirstMomentPrefix = "m.";
    private const string SecondMomentPrefix = "v.";

    private readonly TrainablePlan _plan;
    private readonly TrainedLayout _layout;
    private readonly Memory<float> _weights;
    private readonly GradientOptimizer _optimizer;
    private readonly AdapterUpdates _adapters;
    private readonly TrainedTensor[] _head;
    private readonly ForkJoin _forkJoin;
    private readonly Network _network;
    private readonly GradientPass _gradientPass;
    private readonly ScoringRun _scoring;
    private readonly Action<int> _update;
    private SeededRandom _dropout;
    private StepSchedule _schedule;
    private float _gradientScale;

    /// <param name="encoder">The pretrained encoder; the plan fits it.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="optimizer">How it is trained.</param>
    /// <param name="seed">Where adapters, head and dropout start from.</param>
    /// <param name="threads">The most threads that work at once.</param>
    /// <param name="prefixBytes">The memory to keep the output of frozen layers in.</param>
    /// <param name="limit">What activations may take up.</param>
    public TrainingSession(
        EncoderWeights encoder, TrainablePlan plan, OptimizerPlan optimizer, ulong seed, int threads, long prefixBytes, MemoryLimit limit)
    {
        _plan = plan;
        _layout = new TrainedLayout(encoder, plan);
        _weights = AlignedMemory.Allocate(_layout.Length);
        TrainedStart.Fill(_layout, encoder, seed, _weights);
        _optimizer = new GradientOptimizer(optimizer, _layout.Length);
        _adapters = new AdapterUpdates(
            [.. AdaptedMatrix.Of(encoder, plan.Adapter, _layout)], optimizer.Rates, _optimizer, plan.Adapter.Scaling, threads);
        _head = [.. _layout.Tensors.Where(tensor => tensor.Role == TrainedRole.Head)];
        _dropout = new SeededRandom(SeededRandom.Derive(seed, "dropout"));
        _forkJoin = new ForkJoin(threads);
        int frozen = plan.Adapter.FirstLayer(encoder.Shape.Layers);
        FrozenPrefix? prefix = frozen > 0 ? new FrozenPrefix(encoder, frozen, plan, prefixBytes, threads, limit) : null;
        _network = new Network(encoder, plan, _layout, _weights, threads, prefix);
        _gradientPass = new GradientPass(_network, _layout, _forkJoin, threads, limit);
        _scoring = new ScoringRun(_network, threads, limit);
        _update = Update;
    }

    /// <inheritdoc/>
    public AdapterRateRule Rule => _adapters.Rule;

    /// <inheritdoc/>
    public IReadOnlyList<AdapterRate> Rates => _optimizer.Steps == 0 ? [] : _adapters.Rates;

    /// <inheritdoc/>
    public StepResult Step(in TrainingBatch batch, in StepSchedule schedule)
    {
        BatchCheck.Check(batch, _plan.Classes);
        RandomState dropoutBefore = _dropout.Save();
        StepResult result;
        try
        {
            result = _gradientPass.Run(batch, _plan.Adapter.Dropout > 0 ? _dropout.NextBits() : null);
        }
        catch
        {
            _dropout = new SeededRandom(dropoutBefore);
            throw;
        }

        if (result.IsFinite)
        {
            _optimizer.Steps++;
            _schedule = schedule;
            _gradientScale = _optimizer.GradientScale(result.GradientNorm);
            _forkJoin.Run(_adapters.Matrices.Count + _head.Length, _update);
            _network.Repack(_forkJoin);
        }
        else
        {
            _dropout = new SeededRandom(dropoutBefore);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits) => _scoring.Score(pairs, logits);

    /// <inheritdoc/>
    public TrainedWeights ExportTrained() => new([.. _layout.Export(_weights)]);

    /// <inheritdoc/>
    public void ImportTrained(TrainedWeights trained)
    {
        _layout.Import(trained.Tensors, ("", _weights));
        _network.Repack(_forkJoin);
    }

    /// <inheritdoc/>
    public OptimizerState ExportOptimizer() => new(
        _optimizer.Steps,
        _optimizer.HasMoments ? [.. _layout.Export(_optimizer.First, FirstMomentPrefix), .. _layout.Export(_optimizer.Second, SecondMomentPrefix)] : [],
        _adapters.Export(),
        _dropout.Save());

    /// <inheritdoc/>
    public void ImportOptimizer(OptimizerState state)
    {
        var dropout = new SeededRandom(state.Dropout);
        _adapters.Check(state.RateStates);
        if (_optimizer.HasMoments)
        {
            _layout.Import(state.Moments, (FirstMomentPrefix, _optimizer.First), (SecondMomentPrefix, _optimizer.Second));
        }
        else
        {
            _layout.Import(state.Moments);
        }

        _adapters.Import(state.RateStates);
        _optimizer.Steps = state.Steps;
        _dropout = dropout;
    }

    /// <summary>Does nothing: all memory is the garbage collector's.</summary>
    public void Dispose()
    {
    }

    /// <summary>The gradient of one trained tensor in the last step, before clipping.</summary>
    internal ReadOnlySpan<float> GradientOf(string name) => _layout[name].In(_gradientPass.Gradients).Span;

    private void Update(int number)
    {
        if (number < _adapters.Matrices.Count)
        {
            _adapters.Update(number, _schedule, _weights.Span, _gradientPass.Gradients.Span, _gradientScale);
            return;
        }

        TrainedTensor tensor = _head[number - _adapters.Matrices.Count];
        float rate = (float)(_adapters.Rule.RateOfHead * _schedule.Share);
        _optimizer.Update(tensor, _weights.Span, tensor.In(_gradientPass.Gradients.Span), rate, _gradientScale);
    }
}
