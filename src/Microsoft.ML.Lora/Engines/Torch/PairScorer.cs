using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>A finished model on the device, its updates merged in once. Several callers take turns: the device does one thing at a time anyway.</summary>
internal sealed class PairScorer : IPairScorer
{
    private readonly Lock _turn = new();
    private readonly TorchPlace _place;
    private readonly TrainedTensors _trained;
    private readonly WeightAssembly _assembly;
    private readonly PassWeights _weights;
    private readonly IForward _forward;
    private readonly BatchScoring _scoring;

    /// <param name="encoder">The frozen encoder; the plan fits it.</param>
    /// <param name="plan">What was trained.</param>
    /// <param name="trained">The trained weights.</param>
    /// <param name="place">The device.</param>
    /// <param name="script">The encoder's script where the device has what it calls, <see langword="null"/> elsewhere.</param>
    public PairScorer(EncoderWeights encoder, TrainablePlan plan, TrainedWeights trained, TorchPlace place, EncoderScript? script)
    {
        _place = place;
        var layout = new TrainedLayout(encoder, plan);
        var values = new float[layout.Length];
        layout.Import(trained.Tensors, ("", values));
        using IDisposable? turn = place.Enter();
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        _trained = new TrainedTensors(new DeviceLayout(layout, encoder.Shape, plan.Adapter), values, place, differentiated: false);
        _assembly = new WeightAssembly(encoder, plan, _trained, place, merges: true);
        _weights = _assembly.Assemble();
        foreach (torch.Tensor tensor in _weights.Tensors)
        {
            tensor.DetachFromDisposeScope();
        }

        _assembly.ForgetUpdates();
        _scoring = new BatchScoring(encoder.Shape, plan.Classes);
        _forward = script is not null && plan.Adapter.Bottlenecks.IsEmpty
            ? new PackedForward(script, encoder.Shape, _weights, place)
            : new PaddedForward(encoder.Shape, plan, _weights, place);
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits) => Run(pairs, logits, null);

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver observer) => Run(pairs, logits, observer);

    /// <summary>Gives the device's memory back. No call may be under way.</summary>
    public void Dispose()
    {
        foreach (torch.Tensor tensor in _weights.Tensors)
        {
            tensor.Dispose();
        }

        _assembly.Dispose();
        _trained.Dispose();
    }

    private void Run(ReadOnlySpan<EncodedPair> pairs, Span<float> logits, IPairObserver? observer)
    {
        lock (_turn)
        {
            using IDisposable? turn = _place.Enter();
            using DisposeScope scope = torch.NewDisposeScope();
            using IDisposable plain = torch.no_grad();
            try
            {
                _scoring.Run(_forward, pairs, logits, observer);
            }
            catch (ExternalException error)
            {
                throw DeviceFault.InScoring(error, _place);
            }
        }
    }
}
