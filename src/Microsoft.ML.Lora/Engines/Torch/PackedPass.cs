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
    private static readonly LoraTargets[] Order =
        [LoraTargets.Query, LoraTargets.Key, LoraTargets.Value, LoraTargets.AttentionOutput, LoraTargets.FeedForwardIn, LoraTargets.FeedForwardOut];

    private readonly EncoderScript _script;
    private readonly EncoderShape _shape;
    private readonly TrainedTensors _trained;
    private readonly IReadOnlyList<FactorGroup> _groups;
    private readonly TorchPlace _place;
    private readonly float _scaling;
    private readonly MergedStacks _stacks;
    private readonly PassWeights _weights;
    private readonly PackedWeights _packed;
    private readonly KeptLayers _keep;
    private readonly Tensor[] _gradients;
    private readonly Tensor[] _wanted;

    /// <param name="script">The encoder's script.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="plan">What is trained: low-rank updates without dropout, or the head alone.</param>
    /// <param name="trained">What is trained, on the device.</param>
    /// <param name="assembly">Has the updates and the frozen tensors.</param>
    /// <param name="place">The device.</param>
    public PackedPass(
        EncoderScript script, EncoderWeights encoder, AdapterPlan plan, TrainedTensors trained, WeightAssembly assembly, TorchPlace place)
    {
        (_script, _shape, _trained, _groups, _place, _scaling) = (script, encoder.Shape, trained, assembly.Groups, place, plan.Scaling);
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        _stacks = assembly.Stacks();
        _weights = assembly.AssembleOn(_stacks);
        _packed = PackedWeights.Of(_weights);
        _gradients = [.. _groups.Select(group => torch.empty([group.Matrices, group.Outputs, group.Inputs], place.Compute, place.Device))];
        int first = _groups.Count == 0 ? encoder.Shape.Layers : _groups[0].FirstLayer;
        _keep = new KeptLayers(first, _groups.Any(group => group.Targets.Contains(LoraTargets.FeedForwardOut)));
        _wanted = [.. Enumerable.Range(first, encoder.Shape.Layers - first).SelectMany(layer => Order.Select(target => Wanted(layer, target)))];
        foreach (Tensor tensor in Own)
        {
            tensor.DetachFromDisposeScope();
        }
    }

    private IEnumerable<Tensor> Own => [.. _weights.Tensors, .. _gradients, .. _wanted];

    /// <inheritdoc/>
    public Tensor Add(ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<int> labels, ReadOnlySpan<float> shares, InputDropout? dropout)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        var tokens = new PackedTokens(pairs, _shape, _place);
        Tensor classes = TokenBatch.Upload(Array.ConvertAll(labels.ToArray(), label => (long)label), _place).view(-1, 1);
        Tensor onDeviceShares = TokenBatch.Upload(shares.ToArray(), _place);
        _stacks.Merge();
        (Tensor output, Tensor[] kept) = _script.Forward(_shape, tokens, _packed, _keep);
        (Tensor loss, Tensor? gradient) = Head(output, classes, onDeviceShares);
        if (gradient is not null)
        {
            _script.Backward(_shape, tokens, _packed, kept, gradient, _wanted);
            AddFactors();
        }

        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IForward Forward()
    {
        _stacks.Merge();
        return new PackedForward(_script, _shape, _weights, _place);
    }

    /// <summary>Gives the device's memory back.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Own)
        {
            tensor.Dispose();
        }

        _stacks.Dispose();
    }

    /// <summary>Where the gradient of a matrix of a layer is written, or an empty tensor where it carries no update.</summary>
    private Tensor Wanted(int layer, LoraTargets target)
    {
        for (int i = 0; i < _groups.Count; i++)
        {
            int number = Array.IndexOf(_groups[i].Targets, target);
            if (number >= 0)
            {
                return _gradients[i].select(0, ((layer - _groups[i].FirstLayer) * _groups[i].Targets.Length) + number);
            }
        }

        return torch.empty([0], _place.Compute, _place.Device);
    }

    /// <summary>The loss, the head's gradients added by autograd, and the gradient by the encoder's output where it is needed.</summary>
    private (Tensor Loss, Tensor? Gradient) Head(Tensor output, Tensor classes, Tensor shares)
    {
        using IDisposable differentiated = torch.enable_grad();
        Tensor first = output.to_type(torch.ScalarType.Float32).detach();
        if (_groups.Count > 0)
        {
            first.requires_grad_();
        }

        Tensor loss = HeadPass.Loss(HeadPass.Logits(_weights, first), classes, shares);
        loss.backward();
        return (loss.detach(), _groups.Count > 0 ? first.grad!.to_type(_place.Compute) : null);
    }

    private void AddFactors()
    {
        using Scalar share = _scaling;
        for (int i = 0; i < _groups.Count; i++)
        {
            (Tensor ofA, Tensor ofB) = _groups[i].In(_trained.Gradients!);
            Tensor ofMatrices = _gradients[i].to_type(torch.ScalarType.Float32);
            ofA.add_(_groups[i].B.transpose(1, 2).bmm(ofMatrices), share);
            ofB.add_(ofMatrices.bmm(_groups[i].A.transpose(1, 2)), share);
        }
    }
}
