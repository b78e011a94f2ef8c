namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// How a batch is split. The split depends on the batch and the plan, never on the number of threads, and so neither do sums over it.
/// </summary>
internal static class ChunkRule
{
    /// <summary>
    /// The most tokens aimed at: enough rows for the products to run at full speed, few enough for a layer's activations to stay in cache.
    /// </summary>
    private const int MostTokens = 256;

    /// <summary>The fewest tokens aimed at while work is split for threads.</summary>
    private const int FewestTokens = 64;

    /// <summary>The most parts with a gradient buffer of their own: what many threads can share out evenly.</summary>
    private const int MostLanes = 16;

    /// <summary>The most floats that the gradient buffers may take together (256 MiB), as long as there are two.</summary>
    private const int MostLaneFloats = 64 << 20;

    /// <summary>How many gradient buffers a session has.</summary>
    /// <param name="trainedLength">Floats in each.</param>
    public static int Lanes(int trainedLength) => Math.Clamp(MostLaneFloats / trainedLength, 2, MostLanes);

    /// <summary>How many of the lanes a batch of this many tokens uses.</summary>
    public static int LanesUsed(int tokens, int lanes) => Math.Clamp(tokens / FewestTokens, 1, lanes);

    /// <summary>How many chunks each lane works off one after the other.</summary>
    public static int ChunksPerLane(int tokens, int lanesUsed) => DivideUp(tokens, lanesUsed * MostTokens);

    /// <summary>How many chunks a batch is scored in.</summary>
    public static int ScoringChunks(int tokens) => DivideUp(tokens, MostTokens / 2);

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;
}
