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
    private readonly LayerStacks _gradients;
    private readonly PassWeights _weights;
    private readonly PackedWeights _packed;
    private readonly KeptLayers _keep;
    private readonly Tensor[] _wanted;
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
        _gradients = new LayerStacks(Groups, place);
        _weights = assembly.AssembleOn(_merged);
        _packed = PackedWeights.Of(_weights);
        int adapted = Groups.Count == 0 ? 0 : Groups[0].Layers;
        _keep = new KeptLayers(encoder.Shape.Layers - adapted, Activated: _gradients.Find(LoraTargets.FeedForwardOut) is not null);
        _wanted = [.. Enumerable.Range(0, adapted).SelectMany(_gradients.Layer)];
        _head = [.. _weights.Classifier.Tensors, .. _weights.Pooler?.Tensors ?? []];
        _headGradients = [.. _head.Select(tensor => tensor.grad).OfType<Tensor>()];
        foreach (Tensor tensor in Own)
        {
            tensor.DetachFromDisposeScope();
        }
    }

    private IReadOnlyList<FactorGroup> Groups => _assembly.Groups;

    private IEnumerable<Tensor> Own => [.. _weights.Tensors, .. _wanted, .. _headGradients];

    /// <inheritdoc/>
    public Tensor Add(ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<int> labels, ReadOnlySpan<float> shares, InputDropout? dropout)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        var tokens = new PackedTokens(pairs, _shape, _place);
        Tensor classes = TokenBatch.Upload(Array.ConvertAll(labels.ToArray(), label => (long)label), _place).view(-1, 1);
        Tensor onDeviceShares = TokenBatch.Upload(shares.ToArray(), _place).view(-1, 1);
        _assembly.MergeInto(_merged);
        (Tensor output, Tensor[] kept) = _script.Forward(_shape, tokens, _packed, _keep);
        (Tensor loss, Tensor gradient) = _script.Head(output.to_type(torch.ScalarType.Float32), classes, onDeviceShares, _head, _headGradients);
        if (Groups.Count > 0)
        {
            _script.Backward(_shape, tokens, _packed, kept, gradient.to_type(_place.Compute), _wanted);
            AddFactors();
        }

        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IForward Forward()
    {
        _assembly.MergeInto(_merged);
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

    private void AddFactors()
    {
        using Scalar share = _scaling;
        foreach (FactorGroup group in Groups)
        {
            (Tensor ofA, Tensor ofB) = group.In(_trained.Gradients!);
            Tensor ofMatrices = torch.cat([.. group.Targets.Select(target => _gradients.PlaceOf(group, target))], 1)
                .to_type(torch.ScalarType.Float32).view(group.Matrices, group.Outputs, group.Inputs);
            ofA.add_(group.B.transpose(1, 2).bmm(ofMatrices), share);
            ofB.add_(ofMatrices.bmm(group.A.transpose(1, 2)), share);
        }
    }
}
