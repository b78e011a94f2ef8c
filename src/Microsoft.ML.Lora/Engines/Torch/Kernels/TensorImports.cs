using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>The stable interface of the device library to operators that are written outside it. Each function returns 0 or that it failed.</summary>
internal static unsafe partial class TensorImports
{
    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_library_init_fragment")]
    public static partial int Fragment(byte* nameSpace, byte* file, uint line, out nint library);

    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_library_init_impl")]
    public static partial int Implementations(byte* nameSpace, byte* device, byte* file, uint line, out nint library);

    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_library_def", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Define(nint library, string schema);

    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_library_impl", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Implement(nint library, string name, delegate* unmanaged<ulong*, ulong, ulong, void> operation);

    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_get_data_ptr")]
    public static partial int Data(nint tensor, out nint pointer);

    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_get_dim")]
    public static partial int Dimensions(nint tensor, out long dimensions);

    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_get_size")]
    public static partial int Size(nint tensor, long dimension, out long size);

    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_get_stride")]
    public static partial int Stride(nint tensor, long dimension, out long stride);

    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_get_device_index")]
    public static partial int DeviceIndex(nint tensor, out int index);

    [LibraryImport(CudaLibraries.Tensors, EntryPoint = "aoti_torch_delete_tensor_object")]
    public static partial int Delete(nint tensor);

    [LibraryImport(CudaLibraries.Streams, EntryPoint = "aoti_torch_get_current_cuda_stream")]
    public static partial int CurrentStream(int device, out nint stream);
}
