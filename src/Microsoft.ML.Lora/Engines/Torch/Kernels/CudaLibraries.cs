using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>
/// The libraries that functions are imported from here: the driver's, and those that come with TorchSharp's native packages. They are taken as the
/// device library loaded them: a second copy would know nothing of its tensors.
/// </summary>
internal static class CudaLibraries
{
    /// <summary>The driver.</summary>
    public const string Driver = "cuda";

    /// <summary>The compiler of kernels.</summary>
    public const string Compiler = "nvrtc";

    /// <summary>Products with what follows on them.</summary>
    public const string Products = "cublasLt";

    /// <summary>The device library's tensors and operators.</summary>
    public const string Tensors = "torch_cpu";

    /// <summary>The device library's streams.</summary>
    public const string Streams = "torch_cuda";

    private static readonly Lazy<bool> Registered = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(CudaLibraries).Assembly, Find);
        return true;
    });

    /// <summary>Has imports of this assembly find the libraries. Before this, none of them may be called.</summary>
    public static void Register() => _ = Registered.Value;

    private static nint Find(string library, Assembly assembly, DllImportSearchPath? search)
    {
        foreach (string name in NamesOf(library))
        {
            if (NativeLibrary.TryLoad(name, typeof(torch).Assembly, null, out nint handle))
            {
                return handle;
            }
        }

        return 0;
    }

    /// <summary>
    /// Names to try. On Linux, where the file's name has a version or a checksum in it, a library of the device library that was linked with it comes first: the
    /// loader looks a function up in what a library was linked with too.
    /// </summary>
    private static string[] NamesOf(string library) => (library, OperatingSystem.IsWindows()) switch
    {
        (Driver, true) => ["nvcuda"],
        (Driver, false) => ["libcuda.so.1"],
        (Compiler, true) => ["nvrtc64_130_0", "nvrtc64_120_0"],
        (Compiler, false) => ["caffe2_nvrtc", "libnvrtc.so.13", "libnvrtc.so.12"],
        (Products, true) => ["cublasLt64_13", "cublasLt64_12"],
        (Products, false) => ["torch_cuda", "libcublasLt.so.13", "libcublasLt.so.12"],
        _ => [library],
    };
}
