using TorchSharp;
using Device = TorchSharp.torch.Device;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>A device and what is computed in on it.</summary>
internal sealed record TorchPlace
{
    private static readonly SharedSetting TensorFloat = new(
        () => torch.backends.cuda.matmul.allow_tf32, allowed => torch.backends.cuda.matmul.allow_tf32 = allowed);

    /// <summary>Where tensors lie.</summary>
    public required Device Device { get; init; }

    /// <summary>What it computes in.</summary>
    public required GpuPrecision Precision { get; init; }

    /// <summary>The element type of frozen weights and activations.</summary>
    public torch.ScalarType Compute => Precision == GpuPrecision.BFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    /// <summary>Puts values on the device, unrounded.</summary>
    /// <param name="values">Row-major values.</param>
    /// <param name="shape">Their dimensions.</param>
    public torch.Tensor Single(float[] values, params long[] shape)
    {
        using torch.Tensor host = torch.from_array(values);
        using torch.Tensor shaped = host.view(shape);

        // A tensor on the processor shares the array; the copy is its own.
        return shaped.to(Device, copy: true);
    }

    /// <summary>Puts values on the device in what is computed in.</summary>
    /// <param name="values">Row-major values.</param>
    /// <param name="shape">Their dimensions.</param>
    public torch.Tensor Rounded(float[] values, params long[] shape)
    {
        torch.Tensor single = Single(values, shape);
        if (Compute == torch.ScalarType.Float32)
        {
            return single;
        }

        using (single)
        {
            return single.to_type(Compute);
        }
    }

    /// <summary>
    /// Sets what GPUs compute products of 32-bit numbers in: a setting of the device library for the whole process, not of a call or a thread. Work of
    /// another precision waits for its turn. Not to be entered twice by one thread.
    /// </summary>
    /// <returns>Ends the turn when disposed of; <see langword="null"/> on the processor, which has no such setting.</returns>
    public IDisposable? Enter() => Device.type == DeviceType.CUDA ? TensorFloat.Keep(Precision == GpuPrecision.TensorFloat32) : null;
}
