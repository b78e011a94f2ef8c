using TorchSharp;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Brings tensors to the host.</summary>
internal static class HostCopy
{
    /// <summary>The values of a tensor of 32-bit floats, row-major. Waits for the device.</summary>
    public static float[] Of(torch.Tensor tensor)
    {
        var values = new float[tensor.numel()];
        Into(tensor, values);
        return values;
    }

    /// <summary>Copies a tensor of 32-bit floats, row-major, to the host. Waits for the device.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="values">As many as it has. Overwritten.</param>
    public static void Into(torch.Tensor tensor, Span<float> values)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        tensor.detach().to_type(torch.ScalarType.Float32).cpu().contiguous().data<float>().CopyTo(values);
    }
}
