using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Brings tensors to the host.</summary>
internal static class HostCopy
{
    /// <summary>1 GB, as a span of bytes has no more than two.</summary>
    private const int MostElements = 1 << 28;

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
        torch.Tensor host = tensor.detach().to_type(torch.ScalarType.Float32).cpu().contiguous();

        // The bytes are copied at once; the accessor of elements goes through them one by one.
        if (values.Length <= MostElements)
        {
            MemoryMarshal.Cast<byte, float>(host.bytes).CopyTo(values);
            return;
        }

        torch.Tensor flat = host.view(-1);
        for (long first = 0; first < values.Length; first += MostElements)
        {
            int count = (int)Math.Min(MostElements, values.Length - first);
            MemoryMarshal.Cast<byte, float>(flat.narrow(0, first, count).bytes).CopyTo(values.Slice((int)first, count));
        }
    }
}
