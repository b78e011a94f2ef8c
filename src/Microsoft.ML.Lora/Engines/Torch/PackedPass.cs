using Microsoft.ML.Lora.Engines.Torch.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Gradients of merged low-rank updates and of the head, the encoder's by its script: the device multiplies what the gradients need and nothing
/// else. Of a matrix W = W₀ + s·BA, dL/dA = s·Bᵀ·dL/dW and dL/dB = s·dL/dW·Aᵀ, for all matrices of a shape at once.
/// </summary>
internal sealed class PackedPass : IGradientPass, IDisposable
{
    private readonly EncoderScript _script;
    private readonly EncoderShape _shape;
    private readonly TrainedTensors _trained;
    private readonly TorchPlace _place;
    private readonly float _scaling;
    private readonly WeightAssembly _assembly;
    private readonly LayerStacks _merged;
    private readonly Merging _merging;
    private readonly MatrixGradients _gradients;
    private readonly PassWeights _weights;
    private readonly PackedWeights _packed;
    private readonly KeptLayers _keep;
    private readonly Tensor[] _head;
    private readonly Tensor[] _headGradients;

    /// <param name="script">The encoder's script.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="plan">What is trained: low-rank updates without dropout, or the head alone.</param>
    /// <param name="trained">What is trained, on the device.</param>
    /// <param name="assembly">Has the updates and the frozen tensors.</param>
    /// <param name="place">The device.</param>
    public PackedPass(
        EncoderScript script, EncoderWeights encoder, AdapterPlan plan, TrainedTensors trained, WeightAssembly assembly, TorchPlace place)
    {
        (_script, _shape, _trained, _assembly, _place, _scaling) = (script, encoder.Shape, trained, assembly, place, plan.Scaling);
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        _merged = assembly.Stacks();
        _merging = new Merging(Groups, _scaling, trained, _merged, script.IsFused ? MergeKernel.Of(place.Device.index) : null);
        _gradients = new MatrixGradients(Groups, place);
        _weights = assembly.AssembleOn(_merged);
        _packed = PackedWeights.Of(_weights);
        int adapted = Groups.Count == 0 ? 0 : Groups[0].Layers;
        _keep = new KeptLayers(encoder.Shape.Layers - adapted, Activated: _gradients.HasFeedForwardOut);
        _head = [.. _weights.Classifier.Tensors, .. _weights.Pooler?.Tensors ?? []];
        _headGradients = [.. _head.Select(tensor => tensor.grad).OfType<Tensor>()];
        foreach (Tensor tensor in Own)
        {
            tensor.DetachFromDisposeScope();
        }
    }

    private IReadOnlyList<FactorGroup> Groups => _assembly.Groups;

    private IEnumerable<Tensor> Own => [.. _weights.Tensors, .. _headGradients];

    /// <inheritdoc/>
    public Tensor Add(ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<int> labels, ReadOnlySpan<float> shares, InputDropout? dropout)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        _merging.Run();
        var tokens = new PackedTokens(_script, pairs, _shape, _place, labels, shares);
        (Tensor output, Tensor[] kept) = _script.Forward(_shape, tokens, _packed, _keep);
        (Tensor loss, Tensor gradient) = _script.Head(output, tokens, _head, _headGradients);
        if (Groups.Count > 0)
        {
            _script.Backward(_shape, tokens, _packed, kept, gradient, _gradients);
            AddFactors();
        }

        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Prepare()
    {
        using IDisposable plain = torch.no_grad();
        _merging.RunAhead();
    }

    /// <inheritdoc/>
    public IForward Forward()
    {
        _merging.Run();
        return new PackedForward(_script, _shape, _weights, _place);
    }

    /// <summary>Gives the device's memory back.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Own)
        {
            tensor.Dispose();
        }

        _merged.Dispose();
        _gradients.Dispose();
    }

    /// <summary>
    /// Products in what is computed in, as the matrices' gradients are: factors are rounded to it, as they are in the merged matrices. Sums are kept in 32 bits.
    /// </summary>
    private void AddFactors()
    {
        using Scalar share = _scaling;
        for (int i = 0; i < Groups.Count; i++)
        {
            (Tensor ofA, Tensor ofB) = Groups[i].In(_trained.Gradients!);
            Tensor ofMatrices = _gradients.Of(i);
            ofA.add_(Groups[i].B.to_type(_place.Compute).transpose(1, 2).bmm(ofMatrices), share);
            ofB.add_(ofMatrices.bmm(Groups[i].A.to_type(_place.Compute).transpose(1, 2)), share);
        }
    }
}
