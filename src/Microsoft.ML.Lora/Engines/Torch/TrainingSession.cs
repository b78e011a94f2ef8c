using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>A training run on a device of TorchSharp's. Once a step it waits for the device: for what <see cref="StepResult"/> says.</summary>
internal sealed class TrainingSession : ITrainingSession
{
    private const string FirstMomentPrefix = "m.";
    private const string SecondMomentPrefix = "v.";

    private readonly TrainablePlan _plan;
    private readonly EncoderShape _shape;
    private readonly TorchPlace _place;
    private readonly TrainedLayout _layout;
    private readonly TrainedTensors _trained;
    private readonly WeightAssembly _weights;
    private readonly WeightUpdate _update;
    private readonly IGradientPass _gradients;
    private readonly TrainingPass _pass;
    private readonly BatchScoring _scoring;
    private SeededRandom _dropout;
    private long _steps;

    /// <param name="encoder">The pretrained encoder; the plan fits it.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="optimizer">How it is trained.</param>
    /// <param name="seed">Where adapters, head and dropout start from.</param>
    /// <param name="place">The device.</param>
    /// <param name="script">The encoder's script where the device has what it calls, <see langword="null"/> elsewhere.</param>
    /// <param name="warn">Is told what the user should know.</param>
    public TrainingSession(
        EncoderWeights encoder, TrainablePlan plan, OptimizerPlan optimizer, ulong seed, TorchPlace place, EncoderScript? script, Action<string> warn)
    {
        (_plan, _shape, _place, Rule) = (plan, encoder.Shape, place, optimizer.Rates);
        _layout = new TrainedLayout(encoder, plan);
        var start = new float[_layout.Length];
        TrainedStart.Fill(_layout, encoder, seed, start);
        _trained = new TrainedTensors(new DeviceLayout(_layout, encoder.Shape, plan.Adapter), start, place, differentiated: true);
        _weights = new WeightAssembly(encoder, plan, _trained, place, merges: plan.Adapter.Dropout == 0);
        _update = new WeightUpdate(optimizer, plan.Adapter.Scaling, _trained, _weights.Groups, place);
        _gradients = script is not null && plan.Adapter is { Method: AdaptationMethod.LowRank, Dropout: 0 }
            ? new PackedPass(script, encoder, plan.Adapter, _trained, _weights, place)
            : new DifferentiatedPass(encoder.Shape, plan, _weights, place);
        _pass = new TrainingPass(plan.Adapter, _trained, _gradients, place, warn);
        _scoring = new BatchScoring(encoder.Shape, plan.Classes);
        _dropout = new SeededRandom(SeededRandom.Derive(seed, "dropout"));
    }

    /// <inheritdoc/>
    public AdapterRateRule Rule { get; }

    /// <inheritdoc/>
    public IReadOnlyList<AdapterRate> Rates => _update.Matrices.Rates;

    /// <inheritdoc/>
    public StepResult Step(in TrainingBatch batch, in StepSchedule schedule)
    {
        BatchCheck.Check(batch, _plan.Classes);
        for (int i = 0; i < batch.Pairs.Length; i++)
        {
            PairCheck.Check(batch.Pairs[i], i, _shape);
        }

        RandomState dropoutBefore = _dropout.Save();
        try
        {
            StepResult result = StepOnDevice(batch, schedule, _plan.Adapter.Dropout > 0 ? _dropout.NextBits() : null);
            if (result.IsFinite)
            {
                _steps++;
            }
            else
            {
                _dropout = new SeededRandom(dropoutBefore);
            }

            return result;
        }
        catch (ExternalException error)
        {
            throw DeviceFault.InTraining(error, _place);
        }
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits)
    {
        using IDisposable? turn = _place.Enter();
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        try
        {
            _scoring.Run(_gradients.Forward(), pairs, logits, null);
        }
        catch (ExternalException error)
        {
            throw DeviceFault.InScoring(error, _place);
        }
    }

    /// <inheritdoc/>
    public TrainedWeights ExportTrained() => new([.. _trained.Export(_trained.Weights)]);

    /// <inheritdoc/>
    public void ImportTrained(TrainedWeights trained) => _trained.Import(trained);

    /// <inheritdoc/>
    public OptimizerState ExportOptimizer() => new(
        _steps,
        _update.HasMoments
            ? [.. _trained.Export(_update.First!, FirstMomentPrefix), .. _trained.Export(_update.Second!, SecondMomentPrefix)]
            : [],
        _update.Matrices.ExportStates(),
        _dropout.Save());

    /// <inheritdoc/>
    public void ImportOptimizer(OptimizerState state)
    {
        var dropout = new SeededRandom(state.Dropout);
        _update.Matrices.Check(state.RateStates);
        if (_update.HasMoments)
        {
            (float[] first, float[] second) = (new float[_layout.Length], new float[_layout.Length]);
            _layout.Import(state.Moments, (FirstMomentPrefix, first), (SecondMomentPrefix, second));
            TrainedTensors.Fill(_update.First!, _trained.Layout.ToDevice(first));
            TrainedTensors.Fill(_update.Second!, _trained.Layout.ToDevice(second));
        }
        else
        {
            _layout.Import(state.Moments);
        }

        _update.Matrices.ImportStates(state.RateStates);
        (_steps, _dropout) = (state.Steps, dropout);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _update.Dispose();
        (_gradients as IDisposable)?.Dispose();
        _weights.Dispose();
        _trained.Dispose();
    }

    /// <summary>The most pairs that go to the device at once; more are split as when its memory does not suffice.</summary>
    internal int MostPairs
    {
        get => _pass.MostPairs;
        set => _pass.MostPairs = value;
    }

    /// <summary>The gradient of one trained tensor in the last step, before clipping.</summary>
    internal float[] GradientOf(string name)
    {
        using Tensor gradient = _trained.Gradients!.narrow(0, _trained.Layout.OffsetOf(name), _layout[name].Length);
        return HostCopy.Of(gradient);
    }

    private StepResult StepOnDevice(in TrainingBatch batch, StepSchedule schedule, ulong? dropoutSeed)
    {
        using IDisposable? turn = _place.Enter();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor loss = _pass.Run(batch, dropoutSeed);
        StepResult result = _update.Run(loss, schedule, _steps + 1);
        _gradients.Prepare();
        return result;
    }
}
