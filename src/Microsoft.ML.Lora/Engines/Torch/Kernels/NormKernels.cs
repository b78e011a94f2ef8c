using System.Collections.Concurrent;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>Layer normalisation in bfloat16 by kernels of our own (norms.cu), compiled for one GPU and one width.</summary>
internal sealed unsafe class NormKernels
{
    /// <summary>Rows that a block of threads has; a warp has one.</summary>
    private const int RowsOfBlock = 4;

    private const int ThreadsOfWarp = 32;

    private static readonly ConcurrentDictionary<(int Device, int Hidden), Lazy<NormKernels>> Compiled = new();

    private readonly nint _addNorm;
    private readonly nint _embedNorm;
    private readonly nint _normGradient;

    private NormKernels(int device, int hidden)
    {
        var module = new KernelModule(device, ["bfloat16.cu", "norms.cu"], ("HIDDEN", hidden));
        (_addNorm, _embedNorm, _normGradient) = (module.Kernel("add_norm"), module.Kernel("embed_norm"), module.Kernel("norm_gradient"));
    }

    /// <summary>The kernels of a GPU and a width, compiled when first asked for.</summary>
    /// <param name="device">The GPU's number.</param>
    /// <param name="hidden">The columns of a row, a multiple of 8.</param>
    /// <exception cref="CudaException">They do not compile or load.</exception>
    public static NormKernels Of(int device, int hidden) =>
        Compiled.GetOrAdd((device, hidden), place => new Lazy<NormKernels>(() => new NormKernels(place.Device, place.Hidden), CudaDevice.Retried)).Value;

    /// <summary>output = norm(x + residual), each (N, H).</summary>
    /// <param name="x">Becomes the sum if <paramref name="keep"/>.</param>
    /// <param name="residual">The other summand.</param>
    /// <param name="gain">(H).</param>
    /// <param name="bias">(H).</param>
    /// <param name="output">Overwritten.</param>
    /// <param name="statistics">(N, 2): overwritten with each row's mean and reciprocal deviation if <paramref name="keep"/>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="keep">Whether the gradient will be asked for.</param>
    /// <param name="stream">Where to put the work.</param>
    public void AddNorm(
        TensorArgument x, TensorArgument residual, TensorArgument gain, TensorArgument bias, TensorArgument output, TensorArgument statistics, float epsilon,
        bool keep, nint stream)
    {
        (nint own, nint other, nint gains, nint biases, nint to, nint notes) =
            (x.Pointer, residual.Pointer, gain.Pointer, bias.Pointer, output.Pointer, statistics.Pointer);
        (int rows, int kept) = (x.Rows, keep ? 1 : 0);
        void** parameters = stackalloc void*[] { &own, &other, &gains, &biases, &to, &notes, &rows, &epsilon, &kept };
        Launch(_addNorm, rows, parameters, stream, "add_norm");
    }

    /// <summary>output = norm(word + position + segment), (N, H), rows of tables.</summary>
    /// <param name="numbers">From the start the rows of words, positions and segments, N each, 32-bit integers.</param>
    /// <param name="words">(vocabulary, H).</param>
    /// <param name="positions">(positions, H).</param>
    /// <param name="segments">(segments, H); <see langword="null"/> where the family has none.</param>
    /// <param name="gain">(H).</param>
    /// <param name="bias">(H).</param>
    /// <param name="output">Overwritten.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="stream">Where to put the work.</param>
    public void EmbedNorm(
        TensorArgument numbers, TensorArgument words, TensorArgument positions, TensorArgument? segments, TensorArgument gain, TensorArgument bias,
        TensorArgument output, float epsilon, nint stream)
    {
        (nint from, nint ofWords, nint ofPositions, nint ofSegments) = (numbers.Pointer, words.Pointer, positions.Pointer, segments?.Pointer ?? 0);
        (nint gains, nint biases, nint to, int rows) = (gain.Pointer, bias.Pointer, output.Pointer, output.Rows);
        void** parameters = stackalloc void*[] { &from, &ofWords, &ofPositions, &ofSegments, &gains, &biases, &to, &rows, &epsilon };
        Launch(_embedNorm, rows, parameters, stream, "embed_norm");
    }

    /// <summary>The gradient by a norm's input, (N, H).</summary>
    /// <param name="gradient">By its output; overwritten with the result.</param>
    /// <param name="x">Its input.</param>
    /// <param name="statistics">(N, 2): each row's mean and reciprocal deviation.</param>
    /// <param name="gain">(H).</param>
    /// <param name="stream">Where to put the work.</param>
    public void NormGradient(TensorArgument gradient, TensorArgument x, TensorArgument statistics, TensorArgument gain, nint stream)
    {
        (nint to, nint input, nint notes, nint gains, int rows) = (gradient.Pointer, x.Pointer, statistics.Pointer, gain.Pointer, gradient.Rows);
        void** parameters = stackalloc void*[] { &to, &input, &notes, &gains, &rows };
        Launch(_normGradient, rows, parameters, stream, "norm_gradient");
    }

    private static void Launch(nint kernel, int rows, void** parameters, nint stream, string name)
    {
        if (rows > 0)
        {
            uint blocks = (uint)((rows + RowsOfBlock - 1) / RowsOfBlock);
            CudaDriver.Check(CudaDriver.LaunchKernel(kernel, blocks, 1, 1, RowsOfBlock * ThreadsOfWarp, 1, 1, 0, stream, parameters, null), name);
        }
    }
}
