using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>How much memory activations may take up, and what to say where it is too little.</summary>
/// <remarks>
/// Working memory goes by the threads and by the tokens of the chunk that each is busy with, not by the batch: a batch of any size is worked
/// off in chunks. So it is fewer threads or shorter sequences that help.
/// </remarks>
/// <param name="bytes">The most bytes.</param>
internal sealed class MemoryLimit(long bytes)
{
    private long _required;

    /// <summary>What the process may use, less what it holds already.</summary>
    public static MemoryLimit OfProcess() => new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - GC.GetTotalMemory(forceFullCollection: false));

    /// <summary>Whether some workspaces may grow to a size.</summary>
    /// <param name="workspace">One of them.</param>
    /// <param name="largest">The size.</param>
    /// <param name="count">How many workspaces.</param>
    public bool Allows(Workspace workspace, PackedChunk largest, int count) =>
        workspace.BytesFor(largest) * count <= Math.Max(bytes, _required);

    /// <summary>Sees to it that some workspaces may grow to a size.</summary>
    /// <param name="workspace">One of them.</param>
    /// <param name="largest">The size.</param>
    /// <param name="count">How many workspaces.</param>
    /// <exception cref="InsufficientMemoryException">They may not.</exception>
    public void Require(Workspace workspace, PackedChunk largest, int count)
    {
        long each = workspace.BytesFor(largest);
        if (!Allows(workspace, largest, count))
        {
            throw new InsufficientMemoryException(Describe(workspace, largest, count, each));
        }

        _required = Math.Max(_required, each * count);
    }

    private string Describe(Workspace workspace, PackedChunk largest, int count, long each)
    {
        string shortage = string.Create(
            CultureInfo.InvariantCulture,
            $"{count} {(count == 1 ? "thread needs" : "threads need")} {Megabytes(each * count)} MiB of working memory for {largest.Tokens} tokens each, "
            + $"but the process may use {Megabytes(Math.Max(0, bytes))} MiB more. ");
        long threads = Math.Max(0, bytes) / each;
        if (threads > 0)
        {
            return shortage + string.Create(CultureInfo.InvariantCulture, $"With {threads} {(threads == 1 ? "thread" : "threads")} it would fit.");
        }

        int tokens = LongestThatFits(workspace, largest.Tokens);
        return shortage + (tokens > 0
            ? string.Create(CultureInfo.InvariantCulture, $"One thread could work on pairs of up to {tokens} tokens: set the token limit to that.")
            : "Not even one pair of one token would fit: use a smaller encoder.");
    }

    /// <summary>The most tokens of a single sequence that one workspace has room for; 0 if it has none for one token.</summary>
    private int LongestThatFits(Workspace workspace, int most)
    {
        int fits = 0;
        for (int step = (int)BitOperations.RoundUpToPowerOf2((uint)most); step > 0; step /= 2)
        {
            int tokens = fits + step;
            if (tokens <= most && workspace.BytesFor(PackedChunk.OfOne(tokens)) <= bytes)
            {
                fits = tokens;
            }
        }

        return fits;
    }

    private static long Megabytes(long count) => (count + (1 << 20) - 1) >> 20;
}
