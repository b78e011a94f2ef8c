using Microsoft.ML.Lora.Engines.Torch.Kernels;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Writes the adapted matrices with their updates as they are, W₀ + s·BA rounded to what is computed in, to where a pass reads them; not again as long as
/// nothing moved. By a kernel of ours where there is one, which takes no memory, and so may run before it is known what the matrices are needed for.
/// </summary>
/// <param name="groups">The updates.</param>
/// <param name="scaling">s.</param>
/// <param name="trained">What the updates lie in.</param>
/// <param name="stacks">Where to.</param>
/// <param name="kernel">The kernel, for matrices in bfloat16; <see langword="null"/> leaves it to the device library.</param>
internal sealed class Merging(IReadOnlyList<FactorGroup> groups, float scaling, TrainedTensors trained, LayerStacks stacks, MergeKernel? kernel)
{
    private long? _merged;

    /// <summary>Does so. To be called without gradients; not waited for.</summary>
    public void Run()
    {
        if (_merged == trained.Version)
        {
            return;
        }

        using DisposeScope scope = torch.NewDisposeScope();
        foreach (FactorGroup group in groups)
        {
            Tensor[] into = [.. group.Targets.Select(target => stacks.PlaceOf(group, target))];
            if (kernel is not null)
            {
                kernel.Run(group.Frozen, group.A, group.B, scaling, into);
            }
            else
            {
                Sum(group, into);
            }
        }

        _merged = trained.Version;
    }

    /// <summary>Does so if that needs no memory: a head start on the next step while the host is busy with other things.</summary>
    public void RunAhead()
    {
        if (kernel is not null)
        {
            Run();
        }
    }

    private void Sum(FactorGroup group, Tensor[] into)
    {
        using Scalar share = scaling;
        Tensor merged = group.Sum(share).view(group.Layers, group.Targets.Length, group.Outputs, group.Inputs);
        for (int i = 0; i < into.Length; i++)
        {
            into[i].copy_(merged.select(1, i));
        }
    }
}
