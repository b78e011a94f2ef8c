using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// What is trained, on the device: one flat buffer of 32-bit floats laid out as <see cref="TrainedLayout"/> says, one of gradients beside it,
/// and tensors of their own shapes that lie in both, which autograd differentiates by.
/// </summary>
internal sealed class TrainedTensors : IDisposable
{
    private readonly Dictionary<string, Tensor> _leaves = [];

    /// <param name="layout">Where the tensors lie.</param>
    /// <param name="values">What they start as, laid out so.</param>
    /// <param name="place">Where to put them.</param>
    /// <param name="differentiated">Whether gradients are wanted.</param>
    public TrainedTensors(TrainedLayout layout, float[] values, TorchPlace place, bool differentiated)
    {
        Layout = layout;
        Weights = place.Single(values, values.Length).DetachFromDisposeScope();
        Gradients = differentiated ? torch.zeros_like(Weights).DetachFromDisposeScope() : null;
        foreach (TrainedTensor tensor in layout.Tensors.Where(tensor => tensor.Role == TrainedRole.Head))
        {
            _leaves.Add(tensor.Name, Leaf([.. tensor.Shape.Select(size => (long)size)], Strides(tensor.Shape), tensor.Offset));
        }
    }

    /// <summary>Where the tensors lie.</summary>
    public TrainedLayout Layout { get; }

    /// <summary>All values, (numbers).</summary>
    public Tensor Weights { get; }

    /// <summary>All gradients, (numbers); <see langword="null"/> where none are wanted.</summary>
    public Tensor? Gradients { get; }

    /// <summary>The first number that belongs to no factor of a low-rank update; from there on none does.</summary>
    public long HeadStart => Layout.Tensors.First(tensor => tensor.Role == TrainedRole.Head).Offset;

    /// <summary>A trained tensor that is no factor, or <see langword="null"/> if it is not trained.</summary>
    public Tensor? Find(string name) => _leaves.GetValueOrDefault(name);

    /// <summary>A view of the values that autograd differentiates by, into the same view of the gradients. The caller's to dispose.</summary>
    /// <param name="sizes">Its dimensions.</param>
    /// <param name="strides">Its strides.</param>
    /// <param name="offset">Where it begins.</param>
    public Tensor Leaf(long[] sizes, long[] strides, long offset)
    {
        using Tensor view = Weights.as_strided(sizes, strides, offset);
        Tensor leaf = view.detach().DetachFromDisposeScope();
        if (Gradients is not null)
        {
            leaf.requires_grad_();
            using Tensor gradient = Gradients.as_strided(sizes, strides, offset);
            leaf.grad = gradient;
        }

        return leaf;
    }

    /// <summary>Replaces all values.</summary>
    /// <param name="trained">A tensor for each in the layout.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, unknown or misshapen.</exception>
    public void Import(TrainedWeights trained)
    {
        var values = new float[Layout.Length];
        Layout.Import(trained.Tensors, ("", values));
        Fill(Weights, values);
    }

    /// <summary>A copy of all values.</summary>
    public IEnumerable<NamedTensor> Export() => Layout.Export(HostCopy.Of(Weights));

    /// <summary>Overwrites a tensor with values of the host, row-major.</summary>
    public static void Fill(Tensor buffer, float[] values)
    {
        using IDisposable frozen = torch.no_grad();
        using Tensor host = torch.from_array(values);
        using Tensor shaped = host.view(buffer.shape);
        buffer.copy_(shaped);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor leaf in _leaves.Values)
        {
            leaf.Dispose();
        }

        Gradients?.Dispose();
        Weights.Dispose();
    }

    private static long[] Strides(IReadOnlyList<int> shape) => shape.Count == 1 ? [1] : [shape[1], 1];
}
