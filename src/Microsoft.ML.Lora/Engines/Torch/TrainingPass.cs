using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Loss and gradients of one batch. Where the device runs out of memory the batch is halved until its parts fit, whose gradients add up to the
/// same; the size that fitted is kept for the steps to come.
/// </summary>
internal sealed class TrainingPass
{
    private readonly EncoderShape _shape;
    private readonly TrainablePlan _plan;
    private readonly TrainedTensors _trained;
    private readonly WeightAssembly _weights;
    private readonly TorchPlace _place;
    private readonly Network _network;
    private readonly Action<string> _warn;

    /// <param name="shape">The encoder.</param>
    /// <param name="plan">What is trained.</param>
    /// <param name="trained">Has the gradients.</param>
    /// <param name="weights">What to compute with.</param>
    /// <param name="place">The device.</param>
    /// <param name="warn">Is told when batches are split.</param>
    public TrainingPass(EncoderShape shape, TrainablePlan plan, TrainedTensors trained, WeightAssembly weights, TorchPlace place, Action<string> warn)
    {
        (_shape, _plan, _trained, _weights, _place, _warn) = (shape, plan, trained, weights, place, warn);
        _network = new Network(shape, plan);
    }

    /// <summary>The most pairs that go to the device at once.</summary>
    public int MostPairs { get; set; } = int.MaxValue;

    /// <summary>Sets the gradients, and returns the weighted mean loss, on the device.</summary>
    /// <param name="batch">The batch; it is checked already.</param>
    /// <param name="dropoutSeed">Seed of this step's masks; <see langword="null"/> for no dropout.</param>
    /// <exception cref="InsufficientMemoryException">Not even one pair fits.</exception>
    public Tensor Run(in TrainingBatch batch, ulong? dropoutSeed)
    {
        while (true)
        {
            try
            {
                return RunParts(batch, Math.Min(MostPairs, batch.Pairs.Length), dropoutSeed);
            }
            catch (Exception error) when (DeviceFault.IsOutOfMemory(error))
            {
                Halve(batch.Pairs.Length, error);
            }
        }
    }

    private void Halve(int pairs, Exception error)
    {
        int tried = Math.Min(MostPairs, pairs);
        if (tried == 1)
        {
            throw new InsufficientMemoryException(
                $"The device {_place.Device} has no room to train on a single pair. Choose a lower MaxTokens, a smaller encoder or another device.", error);
        }

        MostPairs = (tried + 1) / 2;
        _warn($"The device {_place.Device} has no room to train on {tried} pairs at once. From here on a step goes through {MostPairs} at a time and adds up "
            + $"their gradients: the same result, more slowly. A BatchSize of {MostPairs} would fit as it is.");
    }

    private Tensor RunParts(in TrainingBatch batch, int most, ulong? dropoutSeed)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using InputDropout? dropout = dropoutSeed is { } seed ? new InputDropout(_plan.Adapter.Dropout, seed, _place) : null;
        using (torch.no_grad())
        {
            _trained.Gradients!.zero_();
        }

        double total = 0;
        foreach (float weight in batch.Weights)
        {
            total += weight;
        }

        Tensor? loss = null;
        for (int first = 0; first < batch.Pairs.Length; first += most)
        {
            int count = Math.Min(most, batch.Pairs.Length - first);
            Tensor part = RunPart(batch.Pairs.Slice(first, count), batch.Labels.Slice(first, count), batch.Weights.Slice(first, count), total, dropout);
            loss = loss is null ? part : loss.add(part);
        }

        return loss!.MoveToOuterDisposeScope();
    }

    /// <summary>Adds the gradients of Σ wᵢ · CEᵢ / total over some of a batch's pairs, and returns that sum.</summary>
    private Tensor RunPart(ReadOnlySpan<EncodedPair> pairs, ReadOnlySpan<int> labels, ReadOnlySpan<float> weights, double total, InputDropout? dropout)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable differentiated = torch.enable_grad();
        var batch = new TokenBatch(pairs, _shape, _place);
        var classes = new long[pairs.Length];
        var shares = new float[pairs.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            classes[i] = labels[batch.Order[i]];
            shares[i] = (float)(-weights[batch.Order[i]] / total);
        }

        // All that goes over goes before the network runs: the host waits for such a copy, and so for whatever the device has yet to do.
        Tensor wanted = TokenBatch.Upload(classes, _place).view(-1, 1);
        Tensor shared = TokenBatch.Upload(shares, _place);
        Tensor logits = _network.Logits(_weights.Assemble(), batch, dropout);
        Tensor picked = torch.nn.functional.log_softmax(logits, 1).gather(1, wanted);
        Tensor loss = picked.view(-1).mul(shared).sum();
        loss.backward();
        return loss.detach().MoveToOuterDisposeScope();
    }
}
