using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// What is trained, on the device: one flat buffer of 32-bit floats, one of gradients beside it, and tensors of their own shapes that lie in
/// both, which autograd differentiates by.
/// </summary>
internal sealed class TrainedTensors : IDisposable
{
    private readonly Dictionary<string, Tensor> _leaves = [];

    /// <param name="layout">Where the tensors lie.</param>
    /// <param name="values">What they start as, in the host's order.</param>
    /// <param name="place">Where to put them.</param>
    /// <param name="differentiated">Whether gradients are wanted.</param>
    public TrainedTensors(DeviceLayout layout, float[] values, TorchPlace place, bool differentiated)
    {
        Layout = layout;
        Weights = place.Single(layout.ToDevice(values), values.Length).DetachFromDisposeScope();
        Gradients = differentiated ? torch.zeros_like(Weights).DetachFromDisposeScope() : null;
        foreach (TrainedTensor tensor in layout.Head)
        {
            _leaves.Add(tensor.Name, Leaf(layout.OffsetOf(tensor.Name), [.. tensor.Shape.Select(size => (long)size)]));
        }
    }

    /// <summary>Where the tensors lie.</summary>
    public DeviceLayout Layout { get; }

    /// <summary>All values, (numbers).</summary>
    public Tensor Weights { get; }

    /// <summary>All gradients, (numbers); <see langword="null"/> where none are wanted.</summary>
    public Tensor? Gradients { get; }

    /// <summary>How often values were replaced or moved.</summary>
    public long Version { get; private set; }

    /// <summary>Says that values were moved.</summary>
    public void Moved() => Version++;

    /// <summary>A trained tensor that is no factor, or <see langword="null"/> if it is not trained.</summary>
    public Tensor? Find(string name) => _leaves.GetValueOrDefault(name);

    /// <summary>A view of the values that autograd differentiates by, into the same view of the gradients. The caller's to dispose.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="shape">Its dimensions.</param>
    public Tensor Leaf(int offset, params long[] shape)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long length = shape.Aggregate(1L, (product, size) => product * size);
        Tensor leaf = Weights.narrow(0, offset, length).view(shape).detach();
        if (Gradients is not null)
        {
            leaf.requires_grad_();
            leaf.grad = Gradients.narrow(0, offset, length).view(shape);
        }

        return leaf.DetachFromDisposeScope();
    }

    /// <summary>Replaces all values.</summary>
    /// <param name="trained">A tensor for each in the layout.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, unknown or misshapen.</exception>
    public void Import(TrainedWeights trained)
    {
        var values = new float[Layout.Length];
        Layout.Host.Import(trained.Tensors, ("", values));
        Fill(Weights, Layout.ToDevice(values));
        Moved();
    }

    /// <summary>A copy of all values of a flat buffer, tensor by tensor, each name behind a prefix.</summary>
    public IEnumerable<NamedTensor> Export(Tensor buffer, string prefix = "") => Layout.Host.Export(Layout.ToHost(HostCopy.Of(buffer)), prefix);

    /// <summary>Overwrites a tensor with values of the host, row-major.</summary>
    public static void Fill(Tensor tensor, float[] values)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        tensor.copy_(torch.from_array(values).view(tensor.shape));
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
}
