using System.Globalization;

namespace Microsoft.ML.Lora;

/// <summary>What trains and scores: the processor, or a GPU.</summary>
/// <remarks>
/// A GPU needs one more package in the application: TorchSharp-cuda-windows or TorchSharp-cuda-linux, which bring the native parts that the
/// managed package TorchSharp calls. Models move freely between devices: what is trained on one is saved and scored on another.
/// </remarks>
public sealed record ComputeDevice
{
    private ComputeDevice(bool isAutomatic, int? gpu) => (IsAutomatic, Gpu) = (isAutomatic, gpu);

    /// <summary>
    /// The GPU that <c>MLContext.GpuDeviceId</c> names, if it names one; else the first GPU, if there is one and the encoder is large enough to
    /// gain by it; else the processor. The log says what was chosen and why.
    /// </summary>
    public static ComputeDevice Auto { get; } = new(isAutomatic: true, gpu: null);

    /// <summary>The processor.</summary>
    public static ComputeDevice Cpu { get; } = new(isAutomatic: false, gpu: null);

    /// <summary>Whether it is <see cref="Auto"/>.</summary>
    public bool IsAutomatic { get; }

    /// <summary>The number of the GPU; <see langword="null"/> for <see cref="Cpu"/>, and for <see cref="Auto"/>, which decides later.</summary>
    public int? Gpu { get; }

    /// <summary>An NVIDIA GPU.</summary>
    /// <param name="index">Its number, from 0, as CUDA counts.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static ComputeDevice Cuda(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new(isAutomatic: false, index);
    }

    /// <summary><c>Auto</c>, <c>Cpu</c> or <c>Cuda(0)</c>.</summary>
    public override string ToString() =>
        IsAutomatic ? nameof(Auto) : Gpu is { } index ? string.Create(CultureInfo.InvariantCulture, $"{nameof(Cuda)}({index})") : nameof(Cpu);
}
