using System.Collections.Concurrent;

namespace Microsoft.ML.Lora.Engines.Torch.Kernels;

/// <summary>
/// Attention in bfloat16 by kernels of our own (attention.cu), compiled for one GPU and one size of heads: within sequences of at most
/// <see cref="MostTokens"/>, which a block holds as a whole.
/// </summary>
internal sealed unsafe class AttentionKernels
{
    /// <summary>The most tokens of a sequence.</summary>
    public const int MostTokens = 128;

    private const int MostHeadSize = 64;

    private const int TokensOfWarp = 16;

    private const int ThreadsOfWarp = 32;

    /// <summary>Rows in shared memory are longer by this, so that they lie in different banks.</summary>
    private const int Padding = 8;

    /// <summary>log₂ e: the kernels compute in powers of two.</summary>
    private const double BinaryLogOfE = 1.4426950408889634;

    private static readonly ConcurrentDictionary<(int Device, int HeadSize), Lazy<AttentionKernels>> Compiled = new();

    private readonly int _headSize;
    private readonly Tile[] _tiles;

    private AttentionKernels(int device, int headSize)
    {
        _headSize = headSize;
        _tiles = [new Tile(device, headSize, 0, 64), new Tile(device, headSize, 64, MostTokens)];
    }

    /// <summary>Whether there are kernels for a size of heads.</summary>
    /// <param name="headSize">Numbers of a head's vector.</param>
    public static bool Serves(int headSize) => headSize % TokensOfWarp == 0 && headSize <= MostHeadSize;

    /// <summary>The kernels of a GPU and a size of heads, compiled when first asked for.</summary>
    /// <param name="device">The GPU's number.</param>
    /// <param name="headSize">A size that is served.</param>
    /// <exception cref="CudaException">They do not compile or load, or the GPU has too little shared memory.</exception>
    public static AttentionKernels Of(int device, int headSize) =>
        Compiled.GetOrAdd((device, headSize), place => new Lazy<AttentionKernels>(() => new AttentionKernels(place.Device, place.HeadSize), CudaDevice.Retried)).Value;

    /// <summary>Attends. N rows of queries, H = heads · head size.</summary>
    /// <param name="vectors">Queries, keys and values, and where sequences lie.</param>
    /// <param name="output">(N, H). Overwritten.</param>
    /// <param name="logs">(heads, N): overwritten with the binary logarithm of each query's sum of weights.</param>
    /// <param name="longest">Tokens of the longest sequence.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="stream">Where to put the work.</param>
    public void Attend(AttentionVectors vectors, TensorArgument output, TensorArgument logs, int longest, int heads, nint stream)
    {
        (nint queries, nint keys, nint values) = (vectors.Queries, vectors.Keys, vectors.Values);
        (int queryStep, int step, nint queryStarts, nint starts) = (vectors.QueryStep, vectors.Step, vectors.QueryStarts, vectors.Starts);
        (nint to, nint notes, int rows, float scale, int least) = (output.Pointer, logs.Pointer, output.Rows, (float)(Share * BinaryLogOfE), 0);
        void** parameters = stackalloc void*[]
        {
            &queries, &queryStep, &keys, &values, &step, &queryStarts, &starts, &to, &notes, &rows, &scale, &least,
        };
        foreach (Tile tile in _tiles)
        {
            if (longest > tile.Least)
            {
                least = tile.Least;
                tile.Launch(tile.Attend, tile.SharedBytes, vectors.Sequences, heads, parameters, stream);
            }
        }
    }

    /// <summary>The gradients by queries, keys and values, which lie as those do.</summary>
    /// <param name="gradient">By the output, (N, H).</param>
    /// <param name="output">(N, H).</param>
    /// <param name="logs">(heads, N), as <see cref="Attend"/> wrote them.</param>
    /// <param name="vectors">Queries, keys and values.</param>
    /// <param name="gradients">Where theirs lie. Overwritten.</param>
    /// <param name="longest">Tokens of the longest sequence.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="stream">Where to put the work.</param>
    public void Gradient(
        TensorArgument gradient, TensorArgument output, TensorArgument logs, AttentionVectors vectors, AttentionVectors gradients, int longest, int heads,
        nint stream)
    {
        (nint from, nint of, nint notes, int rows) = (gradient.Pointer, output.Pointer, logs.Pointer, output.Rows);
        (nint queries, nint keys, nint values) = (vectors.Queries, vectors.Keys, vectors.Values);
        (int queryStep, int step, nint queryStarts, nint starts) = (vectors.QueryStep, vectors.Step, vectors.QueryStarts, vectors.Starts);
        (nint byQueries, nint byKeys, nint byValues) = (gradients.Queries, gradients.Keys, gradients.Values);
        (float scale, float share, int least) = ((float)(Share * BinaryLogOfE), (float)Share, 0);
        void** parameters = stackalloc void*[]
        {
            &from, &of, &notes, &queries, &queryStep, &keys, &values, &step, &queryStarts, &starts, &byQueries, &byKeys, &byValues, &rows, &scale, &share, &least,
        };
        foreach (Tile tile in _tiles)
        {
            if (longest > tile.Least)
            {
                least = tile.Least;
                tile.Launch(tile.Gradient, tile.SharedBytesOfGradient, vectors.Sequences, heads, parameters, stream);
            }
        }
    }

    private double Share => 1 / Math.Sqrt(_headSize);

    /// <summary>The kernels for sequences of more than some tokens and at most as many as a block has room for.</summary>
    private sealed class Tile
    {
        private readonly int _most;

        public Tile(int device, int headSize, int least, int most)
        {
            (Least, _most) = (least, most);
            int vectors = most * (headSize + Padding) * AttentionVectors.BytesOfNumber;
            SharedBytes = 3 * vectors;
            SharedBytesOfGradient = (4 * vectors) + (2 * most * (most + Padding) * AttentionVectors.BytesOfNumber) + (most * sizeof(float));
            var module = new KernelModule(device, ["bfloat16.cu", "tiles.cu", "attention.cu"], ("HEAD", headSize), ("TILE", most));
            Attend = module.Kernel("attend", SharedBytes);
            Gradient = module.Kernel("attend_gradient", SharedBytesOfGradient);
        }

        public int Least { get; }

        public nint Attend { get; }

        public nint Gradient { get; }

        public int SharedBytes { get; }

        public int SharedBytesOfGradient { get; }

        public void Launch(nint kernel, int sharedBytes, int sequences, int heads, void** parameters, nint stream)
        {
            if (sequences > 0)
            {
                CudaDriver.Check(
                    CudaDriver.LaunchKernel(
                        kernel, (uint)sequences, (uint)heads, 1, (uint)(_most / TokensOfWarp * ThreadsOfWarp), 1, 1, (uint)sharedBytes, stream, parameters, null),
                    "attention");
            }
        }
    }
}
