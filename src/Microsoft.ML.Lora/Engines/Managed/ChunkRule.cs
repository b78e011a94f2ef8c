using System.Numerics;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// How a batch is split into lanes, whose gradients are summed by themselves, and into chunks, which are computed in one go. Lanes depend
/// on the batch and the plan alone, and so do sums over it; chunks, whose split changes no result, go by the number of threads too.
/// </summary>
internal static class ChunkRule
{
    /// <summary>The most lanes: what many threads can share out evenly.</summary>
    public const int MostLanes = 16;

    /// <summary>
    /// The most tokens aimed at in a chunk. The weights pass by once for each chunk, so it should be large; its activations should not
    /// crowd memory.
    /// </summary>
    private const int MostTokens = 512;

    /// <summary>The fewest tokens aimed at in a lane or a chunk: below, products lose speed.</summary>
    private const int FewestTokens = 64;

    /// <summary>
    /// The fewest tokens aimed at in a lane where matrices are trained themselves: their gradient is cleared, accumulated and summed up once
    /// for each lane, which with fewer tokens takes more than a tenth of the time.
    /// </summary>
    private const int FewestTokensOfMatrices = 256;

    /// <summary>How many chunks each thread should find, so that they end at about the same time.</summary>
    private const int ChunksPerThread = 4;

    /// <summary>The most floats that the gradient buffers may take together (288 MiB), as long as there are two.</summary>
    private const int MostLaneFloats = 72 << 20;

    /// <summary>How many gradient buffers a session has: a power of two, which the usual numbers of threads divide.</summary>
    /// <param name="trainedLength">Floats in each.</param>
    public static int Lanes(int trainedLength) => PowerOfTwo(Math.Clamp(MostLaneFloats / trainedLength, 2, MostLanes));

    /// <summary>How many of the lanes a batch of this many tokens uses.</summary>
    /// <param name="tokens">Tokens of the batch.</param>
    /// <param name="lanes">The lanes that there are.</param>
    /// <param name="trainsMatrices">Whether matrices are trained themselves.</param>
    public static int LanesUsed(int tokens, int lanes, bool trainsMatrices) => trainsMatrices
        ? PowerOfTwo(Math.Clamp(tokens / FewestTokensOfMatrices, 1, lanes))
        : Math.Clamp(tokens / FewestTokens, 1, lanes);

    /// <summary>In how many parts each lane of a large batch is worked off, one after the other.</summary>
    public static int PartsPerLane(int tokens, int lanesUsed) => DivideUp(tokens, lanesUsed * MostTokens);

    /// <summary>How many neighbouring lanes share a chunk; 1 where a lane has parts.</summary>
    public static int LanesPerChunk(int tokens, int lanesUsed, int threads) =>
        Math.Max(1, ChunkTokens(tokens, threads) * lanesUsed / Math.Max(1, tokens));

    /// <summary>How many chunks a batch is scored in.</summary>
    public static int ScoringChunks(int tokens, int threads) => DivideUp(tokens, ChunkTokens(tokens, threads));

    private static int ChunkTokens(int tokens, int threads) => Math.Clamp(tokens / (ChunksPerThread * threads), FewestTokens, MostTokens);

    /// <summary>The largest power of two that is not above a number.</summary>
    private static int PowerOfTwo(int number) => 1 << BitOperations.Log2((uint)number);

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;
}
