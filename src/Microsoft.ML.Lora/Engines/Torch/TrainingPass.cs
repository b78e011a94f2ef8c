using Microsoft.ML.Lora.Models;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Loss and gradients of one batch. Where the device runs out of memory the batch is halved until its parts fit, whose gradients add up to the
/// same; the size that fitted is kept for the steps to come.
/// </summary>
internal sealed class TrainingPass
{
    private readonly AdapterPlan _plan;
    private readonly TrainedTensors _trained;
    private readonly IGradientPass _pass;
    private readonly TorchPlace _place;
    private readonly Action<string> _warn;

    /// <param name="plan">What is trained in the encoder.</param>
    /// <param name="trained">Has the gradients.</param>
    /// <param name="pass">Computes those of as many pairs as go to the device at once.</param>
    /// <param name="place">The device.</param>
    /// <param name="warn">Is told when batches are split.</param>
    public TrainingPass(AdapterPlan plan, TrainedTensors trained, IGradientPass pass, TorchPlace place, Action<string> warn) =>
        (_plan, _trained, _pass, _place, _warn) = (plan, trained, pass, place, warn);

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
        using InputDropout? dropout = dropoutSeed is { } seed ? new InputDropout(_plan.Dropout, seed, _place) : null;
        using (torch.no_grad())
        {
            _trained.Gradients!.zero_();
        }

        double total = 0;
        foreach (float weight in batch.Weights)
        {
            total += weight;
        }

        var shares = new float[batch.Weights.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = (float)(-batch.Weights[i] / total);
        }

        Tensor? loss = null;
        for (int first = 0; first < batch.Pairs.Length; first += most)
        {
            int count = Math.Min(most, batch.Pairs.Length - first);
            Tensor part = _pass.Add(batch.Pairs.Slice(first, count), batch.Labels.Slice(first, count), shares.AsSpan(first, count), dropout);
            loss = loss is null ? part : loss.add(part);
        }

        return loss!.MoveToOuterDisposeScope();
    }
}
