using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Finds out whether TorchSharp's native parts are there, and which devices they see.</summary>
internal static class TorchRuntime
{
    private const string NativeLibrary = "LibTorchSharp";
    private const string CudaLibrary = "torch_cuda";

    /// <summary>Tensors of this process that are not disposed of.</summary>
    internal static long LiveTensors => torch.Tensor.TotalCount;

    /// <summary>A GPU.</summary>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="precision">What it shall compute in.</param>
    /// <exception cref="NotSupportedException">There is none of this number, or the native parts that reach it are absent or do not fit.</exception>
    public static TorchPlace Gpu(int index, GpuPrecision precision)
    {
        if (MissingForGpu(index) is { } missing)
        {
            throw new NotSupportedException(missing);
        }

        return new TorchPlace { Device = torch.device(DeviceType.CUDA, index), Precision = precision };
    }

    /// <summary>The processor, through TorchSharp, in single precision.</summary>
    /// <exception cref="NotSupportedException">The native parts are absent or do not fit.</exception>
    public static TorchPlace Processor()
    {
        if (MissingForProcessor() is { } missing)
        {
            throw new NotSupportedException(missing);
        }

        return new TorchPlace { Device = torch.CPU, Precision = GpuPrecision.Single };
    }

    /// <summary>Why TorchSharp cannot be used here, or <see langword="null"/> if it can.</summary>
    public static string? MissingForProcessor() =>
        OtherVersion() ?? NativeParts.Fault(NativeLibrary, "TorchSharp-cpu") ?? Try(() => torch.InitializeDeviceType(DeviceType.CPU));

    /// <summary>Why a GPU cannot be used here, or <see langword="null"/> if it can.</summary>
    /// <param name="index">Its number, from 0.</param>
    public static string? MissingForGpu(int index)
    {
        if ((OtherVersion() ?? NativeParts.Fault(CudaLibrary, CudaPackage) ?? NativeParts.Fault(NativeLibrary, CudaPackage)) is { } absent)
        {
            return absent;
        }

        if (Try(() => torch.InitializeDeviceType(DeviceType.CUDA)) is { } fault)
        {
            return $"{fault} The package {CudaPackage} is there, but no GPU answers: its driver may be missing, or older than the package's CUDA needs.";
        }

        int count = torch.cuda.device_count();
        return index < count ? null : count switch
        {
            1 => $"GPU {index} is asked for, but there is one GPU here, number 0.",
            _ => $"GPU {index} is asked for, but the {count} GPUs here have the numbers 0 to {count - 1}.",
        };
    }

    /// <summary>Why the TorchSharp that is loaded is not one that this library's calls and scripts were written for, or <see langword="null"/> if it is.</summary>
    private static string? OtherVersion()
    {
        AssemblyName loaded = typeof(torch).Assembly.GetName();
        Version built = typeof(TorchRuntime).Assembly.GetReferencedAssemblies().Single(name => name.Name == loaded.Name).Version!;
        return loaded.Version is { } version && (version.Major, version.Minor) == (built.Major, built.Minor)
            ? null
            : $"{loaded.Name} {loaded.Version} is here, but this version of LoraMl calls {built.Major}.{built.Minor}: reference that of TorchSharp and of its native package.";
    }

    private static string CudaPackage => OperatingSystem.IsWindows() ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux";

    private static string? Try(Action load)
    {
        try
        {
            load();
            return null;
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException or TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or ExternalException)
        {
            return $"TorchSharp's native parts cannot be used: {DeviceFault.FirstLine(error.GetBaseException())}";
        }
    }
}
