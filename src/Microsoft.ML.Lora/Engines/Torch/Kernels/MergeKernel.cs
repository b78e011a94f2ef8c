using System.Collections.Concurrent;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>Matrices with their low-rank updates, rounded to bfloat16, in one pass by a kernel of our own (merge.cu), compiled for one GPU.</summary>
internal sealed unsafe class MergeKernel
{
    private const int RowsOfBlock = 8;
    private const int ThreadsOfBlock = 64;
    private const int ColumnsOfThread = 4;

    private static readonly ConcurrentDictionary<int, Lazy<MergeKernel>> Compiled = new();

    private readonly int _device;
    private readonly nint _merge;

    private MergeKernel(int device)
    {
        _device = device;
        _merge = new KernelModule(device, ["bfloat16.cu", "merge.cu"]).Kernel("merge");
    }

    /// <summary>The kernel of a GPU, compiled when first asked for.</summary>
    /// <param name="device">The GPU's number.</param>
    /// <exception cref="CudaException">It does not compile or load.</exception>
    public static MergeKernel Of(int device) => Compiled.GetOrAdd(device, number => new Lazy<MergeKernel>(() => new MergeKernel(number), CudaDevice.Retried)).Value;

    /// <summary>Writes W₀ + s·BA for L layers with n matrices of one shape each, M = L · n. Not waited for.</summary>
    /// <param name="frozen">W₀, (M, out, in), in 32 bits.</param>
    /// <param name="a">A, (M, r, in), in 32 bits.</param>
    /// <param name="b">B, (M, out, r), in 32 bits.</param>
    /// <param name="share">s.</param>
    /// <param name="into">Of each of the n, where those of all layers lie: (L, out, in) in bfloat16, each layer's rows one behind the other. Overwritten.</param>
    /// <exception cref="InvalidOperationException">They do not fit each other.</exception>
    /// <exception cref="CudaException">The device refuses the work.</exception>
    public void Run(Tensor frozen, Tensor a, Tensor b, float share, IReadOnlyList<Tensor> into)
    {
        (long[] whole, long[] across) = (frozen.shape, a.shape);
        (int matrices, int rows, int columns, int rank) = (checked((int)whole[0]), (int)whole[1], (int)whole[2], (int)across[1]);
        long layers = matrices / into.Count;
        Match(into.Count <= MergePlaces.Most && layers * into.Count == matrices && columns % ColumnsOfThread == 0);
        nint from = Pointer(frozen, torch.ScalarType.Float32, [matrices, rows, columns]);
        nint ofA = Pointer(a, torch.ScalarType.Float32, [matrices, rank, columns]);
        nint ofB = Pointer(b, torch.ScalarType.Float32, [matrices, rows, rank]);
        MergePlaces places = default;
        for (int i = 0; i < into.Count; i++)
        {
            (places.First[i], places.Step[i]) = (Pointer(into[i], torch.ScalarType.BFloat16, [layers, rows, columns]), into[i].stride(0));
        }

        int kinds = into.Count;
        void** parameters = stackalloc void*[] { &from, &ofA, &ofB, &places, &kinds, &rank, &rows, &columns, &share };
        using CudaDevice.Turn turn = CudaDevice.Of(_device).Enter();
        CudaDriver.Check(
            CudaDriver.LaunchKernel(
                _merge, Blocks(columns, ThreadsOfBlock * ColumnsOfThread), Blocks(rows, RowsOfBlock), (uint)matrices, ThreadsOfBlock, 1, 1,
                (uint)(RowsOfBlock * rank * sizeof(float)), OperatorCall.StreamOf(_device), parameters, null),
            "merge");
    }

    private static nint Pointer(Tensor tensor, torch.ScalarType type, ReadOnlySpan<long> shape)
    {
        Match(tensor.dtype == type && tensor.shape.AsSpan().SequenceEqual(shape) && tensor.stride(1) == shape[2] && tensor.stride(2) == 1);
        if (TensorImports.Data(tensor.Handle, out nint pointer) != 0)
        {
            throw new CudaException("The device library does not say where a tensor lies.");
        }

        return pointer;
    }

    private static uint Blocks(int numbers, int ofBlock) => (uint)((numbers + ofBlock - 1) / ofBlock);

    private static void Match(bool fits)
    {
        if (!fits)
        {
            throw new InvalidOperationException("The matrices, their updates and the room for their sums do not fit each other.");
        }
    }
}
