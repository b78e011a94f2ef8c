using System.Runtime.InteropServices;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>The functions of cuBLASLt, whose products do what follows on them in the same pass. Each returns 0 or the number of an error.</summary>
internal static unsafe partial class ProductImports
{
    /// <summary>32-bit floating point, as the library numbers types.</summary>
    public const int Single = 0;

    /// <summary>bfloat16.</summary>
    public const int BFloat16 = 14;

    /// <summary>Sums in 32 bits.</summary>
    public const int ComputeSingle = 68;

    /// <summary>Attribute of a product: whether its first operand is transposed.</summary>
    public const int TransposeA = 3;

    /// <summary>Attribute of a product: what follows on it.</summary>
    public const int Epilogue = 7;

    /// <summary>Attribute of a product: where the bias is.</summary>
    public const int BiasPointer = 8;

    /// <summary>Attribute of a product: where the second result, or what the epilogue reads, is.</summary>
    public const int AuxiliaryPointer = 11;

    /// <summary>Attribute of a product: from one column of that to the next.</summary>
    public const int AuxiliaryStep = 12;

    /// <summary>Attribute of a search: the most memory that a product may work in.</summary>
    public const int MostWorkspace = 1;

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtCreate")]
    public static partial int Create(out nint handle);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtMatmulDescCreate")]
    public static partial int CreateProduct(out nint product, int compute, int scale);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtMatmulDescSetAttribute")]
    public static partial int SetProduct(nint product, int attribute, void* value, nuint bytes);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtMatmulDescDestroy")]
    public static partial int DestroyProduct(nint product);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtMatrixLayoutCreate")]
    public static partial int CreateLayout(out nint layout, int type, ulong rows, ulong columns, long step);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtMatrixLayoutDestroy")]
    public static partial int DestroyLayout(nint layout);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtMatmulPreferenceCreate")]
    public static partial int CreatePreference(out nint preference);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtMatmulPreferenceSetAttribute")]
    public static partial int SetPreference(nint preference, int attribute, void* value, nuint bytes);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtMatmulAlgoGetHeuristic")]
    public static partial int Search(
        nint handle, nint product, nint a, nint b, nint c, nint d, nint preference, int most, AlgorithmFound* found, out int count);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtMatmul")]
    public static partial int Multiply(
        nint handle, nint product, float* alpha, nint a, nint layoutA, nint b, nint layoutB, float* beta, nint c, nint layoutC, nint d, nint layoutD,
        AlgorithmFound* algorithm, nint workspace, nuint workspaceBytes, nint stream);

    [LibraryImport(CudaLibraries.Products, EntryPoint = "cublasLtGetStatusString")]
    private static partial byte* StatusText(int status);

    /// <summary>Refuses what did not succeed.</summary>
    /// <param name="status">What a function returned.</param>
    /// <param name="what">What was to be done.</param>
    /// <exception cref="CudaException">It is an error.</exception>
    public static void Check(int status, string what)
    {
        if (status != 0)
        {
            throw new CudaException($"CUDA error: {what} failed in cuBLASLt: {Marshal.PtrToStringUTF8((nint)StatusText(status))} ({status}).");
        }
    }
}
