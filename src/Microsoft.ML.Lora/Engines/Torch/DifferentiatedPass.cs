using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Gradients by autograd: any plan, any device.</summary>
/// <param name="shape">The encoder.</param>
/// <param name="plan">What is trained.</param>
/// <param name="weights">What to compute with.</param>
/// <param name="place">The device.</param>
internal sealed class DifferentiatedPass(EncoderShape shape, TrainablePlan plan, WeightAssembly weights, TorchPlace place) : IGradientPass
{
    private readonly Network _network = new(shape, plan);

    /// <inheritdoc/>
    public Tensor Add(ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<int> labels, ReadOnlySpan<float> shares, InputDropout? dropout)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable differentiated = torch.enable_grad();
        var batch = new TokenBatch(pairs, shape, place);
        var ownClasses = new long[pairs.Length];
        var ownShares = new float[pairs.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            (ownClasses[i], ownShares[i]) = (labels[batch.Order[i]], shares[batch.Order[i]]);
        }

        // All that goes over goes before the network runs: the host waits for such a copy, and so for whatever the device has yet to do.
        Tensor onDeviceClasses = TokenBatch.Upload(ownClasses, place).view(-1, 1);
        Tensor onDeviceShares = TokenBatch.Upload(ownShares, place);
        Tensor loss = HeadPass.Loss(_network.Logits(weights.Assemble(), batch, dropout), onDeviceClasses, onDeviceShares);
        loss.backward();
        return loss.detach().MoveToOuterDisposeScope();
    }

    /// <summary>Does nothing: here weights are put together in the pass, for autograd to see.</summary>
    public void Prepare()
    {
    }

    /// <inheritdoc/>
    public IForward Forward() => new PaddedForward(shape, plan, weights.Assemble(), place);
}
