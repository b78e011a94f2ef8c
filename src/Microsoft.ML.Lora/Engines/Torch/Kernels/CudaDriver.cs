using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>The functions of the CUDA driver that kernels of our own need. Each returns 0 or the number of an error.</summary>
internal static unsafe partial class CudaDriver
{
    /// <summary>Attribute: the first part of a device's compute capability.</summary>
    public const int MajorCapability = 75;

    /// <summary>Attribute: the second part.</summary>
    public const int MinorCapability = 76;

    /// <summary>Attribute of a kernel: the shared memory that a launch may ask for.</summary>
    public const int MostSharedBytes = 8;

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuDeviceGet")]
    public static partial int DeviceGet(out int device, int index);

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuDeviceGetAttribute")]
    public static partial int DeviceGetAttribute(out int value, int attribute, int device);

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuDevicePrimaryCtxRetain")]
    public static partial int PrimaryContextRetain(out nint context, int device);

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuCtxPushCurrent_v2")]
    public static partial int ContextPush(nint context);

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuCtxPopCurrent_v2")]
    public static partial int ContextPop(out nint context);

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuModuleLoadData")]
    public static partial int ModuleLoad(out nint module, byte* image);

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuModuleGetFunction", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ModuleGetFunction(out nint function, nint module, string name);

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuFuncSetAttribute")]
    public static partial int FunctionSetAttribute(nint function, int attribute, int value);

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuLaunchKernel")]
    public static partial int LaunchKernel(
        nint function, uint blocksX, uint blocksY, uint blocksZ, uint threadsX, uint threadsY, uint threadsZ, uint sharedBytes, nint stream,
        void** parameters, void** extra);

    [LibraryImport(CudaLibraries.Driver, EntryPoint = "cuGetErrorString")]
    private static partial int GetErrorString(int error, out byte* text);

    /// <summary>Refuses what did not succeed.</summary>
    /// <param name="result">What a function returned.</param>
    /// <param name="what">What was to be done.</param>
    /// <exception cref="CudaException">It is an error.</exception>
    public static void Check(int result, string what)
    {
        if (result != 0)
        {
            string? text = GetErrorString(result, out byte* found) == 0 ? Marshal.PtrToStringUTF8((nint)found) : null;
            throw new CudaException($"CUDA error: {what} failed: {text ?? "an unknown error"} ({result}).");
        }
    }
}
